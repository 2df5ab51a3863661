package org.queqiao.contract.codec;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.List;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Checkpoint;
import org.queqiao.contract.job.OperatorCause;
import org.queqiao.contract.job.OperatorEnd;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.contract.node.NodeState;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.ClusterImage.DependencyImage.Progress;
import org.queqiao.contract.snapshot.PreemptionImage;
import org.queqiao.contract.snapshot.StepsImage;
import org.queqiao.contract.wire.PbClusterImage;
import org.queqiao.contract.wire.PbDependencyImage;
import org.queqiao.contract.wire.PbIdempotencyImage;
import org.queqiao.contract.wire.PbJobImage;
import org.queqiao.contract.wire.PbNodeImage;
import org.queqiao.contract.wire.PbOperatorEnd;
import org.queqiao.contract.wire.PbOutcomeImage;
import org.queqiao.contract.wire.PbPreemptionImage;
import org.queqiao.contract.wire.PbProjectImage;
import org.queqiao.contract.wire.PbUserImage;

/** The image of the machine, from its wire form. */
final class ImageReader {
  private ImageReader() {}

  /** Reads everything but the jobs, which are given. */
  static ClusterImage read(byte[] bytes, int from, List<ClusterImage.JobImage> jobs) {
    try {
      PbClusterImage in = allButJobs(bytes, from);
      ClusterImage image =
          new ClusterImage(
              in.getPosition(),
              in.getTimeMs(),
              in.getLastJobId(),
              ModelReader.list(in.getPartitionsList(), EventReader::partition),
              ModelReader.list(in.getTariffsList(), EventReader::tariff),
              ModelReader.list(in.getDomainsList(), EventReader::domain),
              ModelReader.list(in.getProjectsList(), ImageReader::project),
              ModelReader.list(in.getUsersList(), ImageReader::user),
              ModelReader.list(in.getNodesList(), ImageReader::node),
              jobs,
              ModelReader.list(in.getIdempotencyKeysList(), ImageReader::key),
              ModelReader.list(in.getOutcomesList(), ImageReader::outcome),
              in.hasJobPolicy() ? EventReader.jobPolicy(in.getJobPolicy()) : null,
              in.hasScheduling() ? EventReader.scheduling(in.getScheduling()) : null,
              PolicyReader.priorities(in));
      ClusterImage whole =
          image
              .with(MoneyCodec.read(in))
              .with(
                  ModelReader.list(in.getReservationsList(), ReservationReader::image),
                  ModelReader.list(in.getWalletsList(), WalletCodec::read))
              .with(ModelReader.list(in.getObservedList(), ObservedCodec::read))
              .with(PlannedCodec.read(in.getPlanned()))
              .with(
                  ModelReader.list(in.getLicencesList(), PlacementReader::licence),
                  PlacementReader.topology(in.getTopology()),
                  ExperienceCodec.read(in.getExperience()));
      return StepsImage.on(
          whole, ModelReader.list(in.getStepsList(), StepsCodec::read), in.getEarlyRoom());
    } catch (IOException | IllegalArgumentException e) {
      throw malformed(e);
    }
  }

  static MalformedRecordException malformed(Exception e) {
    return new MalformedRecordException("not an image of the machine: " + e.getMessage(), e);
  }

  /** Jobs are many and are read by {@link JobImages}. */
  private static PbClusterImage allButJobs(byte[] bytes, int from) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(bytes, from, bytes.length - from);
    UnknownFieldSet.Builder rest = UnknownFieldSet.newBuilder();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == PbClusterImage.JOBS_FIELD_NUMBER) {
        in.skipField(tag);
      } else {
        rest.mergeFieldFrom(tag, in);
      }
    }
    return PbClusterImage.parseFrom(rest.build().toByteString());
  }

  private static ClusterImage.ProjectImage project(PbProjectImage in) {
    ProjectDefined project = EventReader.project(in.getProject());
    return new ClusterImage.ProjectImage(
        project,
        ModelReader.list(
            in.getMembersList(),
            member ->
                new ClusterImage.MemberImage(
                    new UserName(member.getUser()), ModelReader.rank(member.getRank()))));
  }

  private static ClusterImage.UserImage user(PbUserImage in) {
    return new ClusterImage.UserImage(
        EventReader.user(in.getUser()), ModelReader.list(in.getRolesList(), ModelReader::role));
  }

  private static ClusterImage.NodeImage node(PbNodeImage in) {
    return new ClusterImage.NodeImage(
        ModelReader.facts(in.getFacts()),
        in.getUp() ? NodeState.UP : NodeState.DOWN,
        in.getLastSeenMs(),
        in.getStateReason(),
        in.getDrained(),
        in.getDrainReason(),
        in.getDesiredVersion(),
        in.hasSettings() ? PlacementReader.settings(in.getSettings()) : NodeSettings.DEFAULT,
        in.getDrainedByHealth());
  }

  static ClusterImage.JobImage job(PbJobImage in) {
    return new ClusterImage.JobImage(
        new JobId(in.getId()),
        new UserName(in.getUser()),
        in.getUnixUser(),
        in.getUid(),
        ModelReader.spec(in.getSpec()),
        ModelReader.state(in.getState()),
        in.getHeldByUser(),
        in.getHeldByAdministrator(),
        in.getSubmitMs(),
        in.getAttempt(),
        in.getStartMs(),
        in.getNodeStartMs(),
        in.getEndMs(),
        in.getFinishedMs(),
        ModelReader.list(in.getAllocationsList(), ModelReader::allocation),
        ModelReader.cause(in.getKillCause()),
        in.hasExit() ? ModelReader.exit(in.getExit()) : null,
        in.getDetail(),
        in.getEligibleMs(),
        ModelReader.list(in.getDependenciesList(), ImageReader::dependency),
        in.getFormerCoreMs(),
        in.getHeldForRequeues(),
        in.getSignalled(),
        in.getPredictedMs(),
        in.getPromisedMs(),
        in.hasPromisedRoom() ? PromiseCodec.read(in.getPromisedRoom()) : null,
        in.hasArray() ? ArrayReader.image(in.getArray()) : null,
        in.hasTask() ? ArrayReader.task(in.getTask()) : null,
        in.getRevision(),
        in.getReservation().isEmpty() ? null : new ReservationName(in.getReservation()),
        in.hasPreemption() ? preemption(in.getPreemption()) : PreemptionImage.NONE,
        in.hasSuspension() ? SuspensionReader.image(in.getSuspension()) : null,
        in.getPreemptedBy() == 0 ? null : new JobId(in.getPreemptedBy()),
        in.getCheckpointMs() == 0
            ? null
            : new Checkpoint(in.getCheckpointMs(), in.getCheckpointBilledMs()),
        in.getLeaseMs(),
        in.hasOperatorEnd() ? operatorEnd(in.getOperatorEnd()) : null);
  }

  private static OperatorEnd operatorEnd(PbOperatorEnd in) {
    OperatorCause cause = ModelReader.operator(in.getCause());
    if (cause == null) {
      throw ModelReader.unknown("what an operator ended a run for");
    }
    return new OperatorEnd(cause, in.getBy(), in.getReason());
  }

  private static PreemptionImage preemption(PbPreemptionImage in) {
    return new PreemptionImage(
        in.getPreemptor() == 0 ? null : new JobId(in.getPreemptor()),
        in.getGraceMs(),
        in.getKillMs(),
        in.getClaims(),
        in.getSuspends(),
        in.getYields());
  }

  private static ClusterImage.DependencyImage dependency(PbDependencyImage in) {
    Progress progress =
        switch (in.getProgress()) {
          case WAITING -> Progress.WAITING;
          case FULFILLED -> Progress.FULFILLED;
          case FAILED -> Progress.FAILED;
          case PROGRESS_UNSPECIFIED, UNRECOGNIZED ->
              throw ModelReader.unknown("progress of a dependency");
        };
    return new ClusterImage.DependencyImage(progress, in.getReadyMs());
  }

  private static ClusterImage.OutcomeImage outcome(PbOutcomeImage in) {
    return new ClusterImage.OutcomeImage(
        new JobId(in.getId()),
        new UserName(in.getUser()),
        new ProjectName(in.getProject()),
        in.getStartMs(),
        in.getEndMs(),
        in.getWell());
  }

  private static ClusterImage.IdempotencyImage key(PbIdempotencyImage in) {
    return new ClusterImage.IdempotencyImage(
        new UserName(in.getUser()),
        in.getKey(),
        in.getRequestHash().toByteArray(),
        new JobId(in.getJob()),
        in.getTimeMs());
  }
}
