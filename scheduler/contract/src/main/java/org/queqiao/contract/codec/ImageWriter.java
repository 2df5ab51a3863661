package org.queqiao.contract.codec;

import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.job.Checkpoint;
import org.queqiao.contract.job.OperatorEnd;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.contract.node.NodeState;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.ExperienceImage;
import org.queqiao.contract.snapshot.PlannedImage;
import org.queqiao.contract.snapshot.PreemptionImage;
import org.queqiao.contract.snapshot.PrioritiesImage;
import org.queqiao.contract.wire.PbClusterImage;
import org.queqiao.contract.wire.PbDependencyImage;
import org.queqiao.contract.wire.PbIdempotencyImage;
import org.queqiao.contract.wire.PbJobImage;
import org.queqiao.contract.wire.PbMembership;
import org.queqiao.contract.wire.PbNodeImage;
import org.queqiao.contract.wire.PbOperatorEnd;
import org.queqiao.contract.wire.PbOutcomeImage;
import org.queqiao.contract.wire.PbPreemptionImage;
import org.queqiao.contract.wire.PbProjectImage;
import org.queqiao.contract.wire.PbUserImage;

/** The image of the machine, to its wire form. */
final class ImageWriter {
  private ImageWriter() {}

  static PbClusterImage write(ClusterImage image) {
    PbClusterImage.Builder out =
        PbClusterImage.newBuilder()
            .setPosition(image.position())
            .setTimeMs(image.timeMs())
            .setLastJobId(image.lastJobId())
            .setEarlyRoom(image.earlyRoom());
    image.partitions().forEach(each -> out.addPartitions(EventWriter.partition(each)));
    image.tariffs().forEach(each -> out.addTariffs(EventWriter.tariff(each)));
    image.domains().forEach(each -> out.addDomains(EventWriter.domain(each)));
    image.projects().forEach(each -> out.addProjects(project(each)));
    image.users().forEach(each -> out.addUsers(user(each)));
    image.nodes().forEach(each -> out.addNodes(node(each)));
    image.jobs().forEach(each -> out.addJobs(job(each)));
    image.idempotencyKeys().forEach(each -> out.addIdempotencyKeys(key(each)));
    image.outcomes().forEach(each -> out.addOutcomes(outcome(each)));
    if (image.jobPolicy() != null) {
      out.setJobPolicy(EventWriter.jobPolicy(image.jobPolicy()));
    }
    if (image.scheduling() != null) {
      out.setScheduling(EventWriter.scheduling(image.scheduling()));
    }
    if (!image.priorities().equals(PrioritiesImage.NONE)) {
      out.setPriorities(PolicyWriter.priorities(image.priorities()));
    }
    if (!image.topology().equals(TopologyDefined.NONE)) {
      out.setTopology(PlacementWriter.topology(image.topology()));
    }
    image.reservations().forEach(each -> out.addReservations(ReservationWriter.image(each)));
    image.wallets().forEach(each -> out.addWallets(WalletCodec.write(each)));
    MoneyCodec.write(image.money(), out);
    image.observed().forEach(each -> out.addObserved(ObservedCodec.write(each)));
    image.steps().forEach(each -> out.addSteps(StepsCodec.write(each)));
    image.licences().forEach(each -> out.addLicences(PlacementWriter.licence(each)));
    if (!image.experience().equals(ExperienceImage.NONE)) {
      out.setExperience(ExperienceCodec.write(image.experience()));
    }
    if (!image.planned().equals(PlannedImage.NONE)) {
      out.setPlanned(PlannedCodec.write(image.planned()));
    }
    return out.build();
  }

  private static PbProjectImage project(ClusterImage.ProjectImage project) {
    PbProjectImage.Builder out =
        PbProjectImage.newBuilder().setProject(EventWriter.project(project.definition()));
    for (ClusterImage.MemberImage member : project.members()) {
      out.addMembers(
          PbMembership.newBuilder()
              .setProject(project.definition().name().value())
              .setUser(member.user().value())
              .setRank(ModelWriter.rank(member.rank())));
    }
    return out.build();
  }

  private static PbUserImage user(ClusterImage.UserImage user) {
    PbUserImage.Builder out = PbUserImage.newBuilder().setUser(EventWriter.user(user.user()));
    user.roles().forEach(role -> out.addRoles(ModelWriter.role(role)));
    return out.build();
  }

  private static PbNodeImage node(ClusterImage.NodeImage node) {
    PbNodeImage.Builder out =
        PbNodeImage.newBuilder()
            .setFacts(ModelWriter.facts(node.facts()))
            .setUp(node.state() == NodeState.UP)
            .setLastSeenMs(node.lastSeenMs())
            .setStateReason(node.stateReason())
            .setDrained(node.drained())
            .setDrainReason(node.drainReason())
            .setDesiredVersion(node.desiredVersion())
            .setDrainedByHealth(node.drainedByHealth());
    if (!node.settings().equals(NodeSettings.DEFAULT)) {
      out.setSettings(PlacementWriter.settings(node.settings()));
    }
    return out.build();
  }

  private static PbPreemptionImage preemption(PreemptionImage image) {
    return PbPreemptionImage.newBuilder()
        .setPreemptor(image.preemptor() == null ? 0 : image.preemptor().value())
        .setGraceMs(image.graceMs())
        .setKillMs(image.killMs())
        .setClaims(image.claims())
        .setSuspends(image.suspends())
        .setYields(image.yields())
        .build();
  }

  private static PbJobImage job(ClusterImage.JobImage job) {
    PbJobImage.Builder out =
        PbJobImage.newBuilder()
            .setId(job.id().value())
            .setUser(job.user().value())
            .setUnixUser(job.unixUser())
            .setUid(job.uid())
            .setSpec(ModelWriter.spec(job.spec()))
            .setState(ModelWriter.state(job.state()))
            .setHeldByUser(job.heldByUser())
            .setHeldByAdministrator(job.heldByAdministrator())
            .setSubmitMs(job.submitMs())
            .setAttempt(job.attempt())
            .setStartMs(job.startMs())
            .setNodeStartMs(job.nodeStartMs())
            .setEndMs(job.endMs())
            .setFinishedMs(job.finishedMs())
            .setKillCause(ModelWriter.cause(job.killCause()))
            .setDetail(job.detail())
            .setEligibleMs(job.eligibleMs())
            .setFormerCoreMs(job.formerCoreMs())
            .setHeldForRequeues(job.heldForRequeues())
            .setSignalled(job.signalled())
            .setPredictedMs(job.predictedMs())
            .setPromisedMs(job.promisedMs())
            .setLeaseMs(job.leaseMs())
            .setRevision(job.revision())
            .setReservation(job.reservation() == null ? "" : job.reservation().value());
    if (job.promisedRoom() != null) {
      out.setPromisedRoom(PromiseCodec.write(job.promisedRoom()));
    }
    if (job.preemptedBy() != null) {
      out.setPreemptedBy(job.preemptedBy().value());
    }
    if (!job.preemption().equals(PreemptionImage.NONE)) {
      out.setPreemption(preemption(job.preemption()));
    }
    if (job.array() != null) {
      out.setArray(ArrayWriter.image(job.array()));
    }
    if (job.task() != null) {
      out.setTask(ArrayWriter.task(job.task()));
    }
    if (job.suspension() != null) {
      out.setSuspension(SuspensionWriter.image(job.suspension()));
    }
    if (job.operatorEnd() != null) {
      out.setOperatorEnd(operatorEnd(job.operatorEnd()));
    }
    if (job.checkpoint() != null) {
      checkpoint(job.checkpoint(), out);
    }
    job.dependencies().forEach(each -> out.addDependencies(dependency(each)));
    job.allocations().forEach(each -> out.addAllocations(ModelWriter.allocation(each)));
    if (job.exit() != null) {
      out.setExit(ModelWriter.exit(job.exit()));
    }
    return out.build();
  }

  private static void checkpoint(Checkpoint each, PbJobImage.Builder out) {
    out.setCheckpointMs(each.atMs()).setCheckpointBilledMs(each.billedMs());
  }

  private static PbOperatorEnd.Builder operatorEnd(OperatorEnd each) {
    return PbOperatorEnd.newBuilder()
        .setCause(ModelWriter.operator(each.cause()))
        .setBy(each.by())
        .setReason(each.reason());
  }

  private static PbDependencyImage dependency(ClusterImage.DependencyImage each) {
    PbDependencyImage.Progress progress =
        switch (each.progress()) {
          case WAITING -> PbDependencyImage.Progress.WAITING;
          case FULFILLED -> PbDependencyImage.Progress.FULFILLED;
          case FAILED -> PbDependencyImage.Progress.FAILED;
        };
    return PbDependencyImage.newBuilder().setProgress(progress).setReadyMs(each.readyMs()).build();
  }

  private static PbOutcomeImage outcome(ClusterImage.OutcomeImage each) {
    return PbOutcomeImage.newBuilder()
        .setId(each.id().value())
        .setUser(each.user().value())
        .setProject(each.project().value())
        .setStartMs(each.startMs())
        .setEndMs(each.endMs())
        .setWell(each.well())
        .build();
  }

  private static PbIdempotencyImage key(ClusterImage.IdempotencyImage key) {
    return PbIdempotencyImage.newBuilder()
        .setUser(key.user().value())
        .setKey(key.key())
        .setRequestHash(ModelWriter.bytes(key.requestHash()))
        .setJob(key.job().value())
        .setTimeMs(key.timeMs())
        .build();
  }
}
