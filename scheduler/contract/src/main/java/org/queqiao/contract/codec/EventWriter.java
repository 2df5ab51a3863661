package org.queqiao.contract.codec;

import org.queqiao.contract.event.ArrayEnded;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.ArrayTasksEnded;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobChanged;
import org.queqiao.contract.event.JobEligible;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobHeld;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobPolicyDefined;
import org.queqiao.contract.event.JobPromised;
import org.queqiao.contract.event.JobReleased;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.JobResumed;
import org.queqiao.contract.event.JobSignalled;
import org.queqiao.contract.event.JobStarted;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.JobSuspendRequested;
import org.queqiao.contract.event.JobSuspended;
import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.contract.event.MembershipRemoved;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.MoneyEvent;
import org.queqiao.contract.event.NodeDown;
import org.queqiao.contract.event.NodeDrained;
import org.queqiao.contract.event.NodeFenced;
import org.queqiao.contract.event.NodeRegistered;
import org.queqiao.contract.event.NodeResumed;
import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.event.NodeUp;
import org.queqiao.contract.event.ObservedEvent;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.PlannedEvent;
import org.queqiao.contract.event.PlatformDefined;
import org.queqiao.contract.event.PriorityPolicyDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.PromisesMovedUp;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.ReservationEvent;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.event.RoleRevoked;
import org.queqiao.contract.event.RoomClaimed;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.event.RunCheckpointed;
import org.queqiao.contract.event.RunPartEnded;
import org.queqiao.contract.event.RunPartSuspended;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.event.StepEnded;
import org.queqiao.contract.event.StepStarted;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.contract.wire.EventRecord;
import org.queqiao.contract.wire.PbDomainDefined;
import org.queqiao.contract.wire.PbJobAllocated;
import org.queqiao.contract.wire.PbJobChanged;
import org.queqiao.contract.wire.PbJobEnded;
import org.queqiao.contract.wire.PbJobKillRequested;
import org.queqiao.contract.wire.PbJobPolicyDefined;
import org.queqiao.contract.wire.PbJobPromised;
import org.queqiao.contract.wire.PbJobRef;
import org.queqiao.contract.wire.PbJobRequeued;
import org.queqiao.contract.wire.PbJobStarted;
import org.queqiao.contract.wire.PbJobSubmitted;
import org.queqiao.contract.wire.PbMembership;
import org.queqiao.contract.wire.PbNodeDown;
import org.queqiao.contract.wire.PbNodeReason;
import org.queqiao.contract.wire.PbNodeUp;
import org.queqiao.contract.wire.PbPartitionDefined;
import org.queqiao.contract.wire.PbProjectDefined;
import org.queqiao.contract.wire.PbPromisesMovedUp;
import org.queqiao.contract.wire.PbRoleChanged;
import org.queqiao.contract.wire.PbRoomClaimed;
import org.queqiao.contract.wire.PbRunCheckpointed;
import org.queqiao.contract.wire.PbSchedulingDefined;
import org.queqiao.contract.wire.PbTariffDefined;
import org.queqiao.contract.wire.PbUserDefined;
import org.queqiao.contract.wire.PbWalletFunded;

/** Facts to their wire form. */
final class EventWriter {
  private EventWriter() {}

  static EventRecord write(Actor actor, String reason, Event event) {
    EventRecord.Builder out =
        EventRecord.newBuilder().setActor(ModelWriter.actor(actor)).setReason(reason);
    switch (event) {
      case PartitionDefined e -> out.setPartitionDefined(partition(e));
      case TariffDefined e -> out.setTariffDefined(tariff(e));
      case DomainDefined e -> out.setDomainDefined(domain(e));
      case ProjectDefined e -> out.setProjectDefined(project(e));
      case UserDefined e -> out.setUserDefined(user(e));
      case RoleGranted e -> out.setRoleGranted(role(e.user().value(), e.role()));
      case RoleRevoked e -> out.setRoleRevoked(role(e.user().value(), e.role()));
      case MembershipSet e -> out.setMembershipSet(membership(e));
      case MembershipRemoved e -> out.setMembershipRemoved(membership(e));
      case WalletFunded e -> out.setWalletFunded(funded(e));
      case MoneyEvent e -> MoneyCodec.write(e, out);
      case ObservedEvent e -> ObservedCodec.write(e, out);
      case PlannedEvent e -> PlannedCodec.write(e, out);
      case PlatformDefined e -> out.setPlatformDefined(PolicyWriter.platform(e));
      case QosDefined e -> out.setQosDefined(PolicyWriter.qos(e));
      case PriorityPolicyDefined e -> out.setPriorityPolicyDefined(PolicyWriter.policy(e.policy()));
      case RulesSet e -> out.setRulesSet(PolicyWriter.rules(e));
      case ReservationEvent e -> ReservationWriter.write(e, out);
      case NodeRegistered e -> out.setNodeRegistered(ModelWriter.facts(e.facts()));
      case NodeUp e ->
          out.setNodeUp(PbNodeUp.newBuilder().setNode(e.node().value()).setBootId(e.bootId()));
      case NodeDown e -> out.setNodeDown(down(e));
      case NodeFenced e -> out.setNodeFenced(nodeReason(e.node().value(), e.reason()));
      case NodeDrained e -> out.setNodeDrained(drained(e));
      case NodeResumed e -> out.setNodeResumed(nodeReason(e.node().value(), ""));
      case TopologyDefined e -> out.setTopologyDefined(PlacementWriter.topology(e));
      case LicenceDefined e -> out.setLicenceDefined(PlacementWriter.licence(e));
      case NodeSettingsSet e -> out.setNodeSettingsSet(PlacementWriter.settingsSet(e));
      case JobSubmitted e -> out.setJobSubmitted(submitted(e));
      case JobHeld e -> out.setJobHeld(ArrayWriter.held(e));
      case JobEligible e -> out.setJobEligible(PbJobRef.newBuilder().setJob(e.job().value()));
      case JobReleased e -> out.setJobReleased(ArrayWriter.released(e));
      case JobAllocated e -> out.setJobAllocated(allocated(e));
      case JobPromised e -> out.setJobPromised(promised(e));
      case PromisesMovedUp e -> out.setPromisesMovedUp(movedUp(e));
      case RoomClaimed e -> out.setRoomClaimed(claimed(e));
      case JobStarted e -> out.setJobStarted(started(e));
      case JobKillRequested e -> out.setJobKillRequested(killRequested(e));
      case RunCheckpointed e -> out.setRunCheckpointed(checkpointed(e));
      case JobSignalled e -> out.setJobSignalled(ModelWriter.run(e.run()));
      case JobSuspendRequested e -> out.setJobSuspendRequested(SuspensionWriter.requested(e));
      case JobSuspended e -> out.setJobSuspended(SuspensionWriter.suspended(e));
      case JobResumed e -> out.setJobResumed(SuspensionWriter.resumed(e));
      case StepStarted _, StepEnded _, RunPartEnded _ -> StepsCodec.write(event, out);
      case RunPartSuspended e -> out.setRunPartSuspended(SuspensionWriter.part(e));
      case JobRequeued e -> out.setJobRequeued(requeued(e));
      case JobPolicyDefined e -> out.setJobPolicyDefined(jobPolicy(e));
      case SchedulingDefined e -> out.setSchedulingDefined(scheduling(e));
      case JobEnded e -> out.setJobEnded(ended(e));
      case ArrayTaskSplit e -> out.setArrayTaskSplit(ArrayWriter.split(e));
      case ArrayTasksEnded e -> out.setArrayTasksEnded(ArrayWriter.tasksEnded(e));
      case ArrayEnded e -> out.setArrayEnded(ArrayWriter.ended(e));
      case JobChanged e -> out.setJobChanged(changed(e));
    }
    return out.build();
  }

  private static PbNodeDown down(NodeDown e) {
    return PbNodeDown.newBuilder()
        .setNode(e.node().value())
        .setLastSeenMs(e.lastSeenMs())
        .setReason(e.reason())
        .setNewBootId(e.newBootId())
        .setSilentMs(e.silentMs())
        .build();
  }

  private static PbJobChanged changed(JobChanged e) {
    return PbJobChanged.newBuilder()
        .setJob(e.job().value())
        .setSpec(ModelWriter.spec(e.spec()))
        .build();
  }

  private static PbMembership membership(MembershipSet e) {
    return PbMembership.newBuilder()
        .setProject(e.project().value())
        .setUser(e.user().value())
        .setRank(ModelWriter.rank(e.rank()))
        .build();
  }

  private static PbMembership membership(MembershipRemoved e) {
    return PbMembership.newBuilder()
        .setProject(e.project().value())
        .setUser(e.user().value())
        .build();
  }

  private static PbJobKillRequested killRequested(JobKillRequested e) {
    return PbJobKillRequested.newBuilder()
        .setRun(ModelWriter.run(e.run()))
        .setCause(ModelWriter.cause(e.cause()))
        .setPreemptor(e.preemptor() == null ? 0 : e.preemptor().value())
        .setGraceMs(e.graceMs())
        .setClaims(e.claims())
        .setOperator(ModelWriter.operator(e.operator()))
        .build();
  }

  private static PbJobStarted started(JobStarted e) {
    return PbJobStarted.newBuilder()
        .setRun(ModelWriter.run(e.run()))
        .setNode(e.node().value())
        .setStartMs(e.startMs())
        .build();
  }

  private static PbJobRequeued requeued(JobRequeued e) {
    PbJobRequeued.Builder out =
        PbJobRequeued.newBuilder()
            .setRun(ModelWriter.run(e.run()))
            .setCause(ModelWriter.cause(e.cause()))
            .setEndMs(e.endMs())
            .setNodeTimeRejected(e.nodeTimeRejected())
            .setHeld(e.held())
            .setDetail(e.detail())
            .setOperator(ModelWriter.operator(e.operator()));
    if (e.exit() != null) {
      out.setExit(ModelWriter.exit(e.exit()));
    }
    return out.build();
  }

  static PbSchedulingDefined scheduling(SchedulingDefined e) {
    return PbSchedulingDefined.newBuilder()
        .setPolicy(e.policy())
        .setReservations(e.reservations())
        .build();
  }

  static PbJobPolicyDefined jobPolicy(JobPolicyDefined e) {
    return PbJobPolicyDefined.newBuilder()
        .setMaxAttempts(e.maxAttempts())
        .setBillsSuspendedTime(e.billsSuspendedTime())
        .setNoBudgetGate(!e.budgetGate())
        .build();
  }

  static PbPartitionDefined partition(PartitionDefined e) {
    PbPartitionDefined.Builder out =
        PbPartitionDefined.newBuilder()
            .setName(e.name().value())
            .setIsDefault(e.isDefault())
            .setDefaultLimitMs(e.defaultLimitMs())
            .setMaxLimitMs(e.maxLimitMs())
            .setNodes(e.nodes())
            .setPlansByLimits(e.plansByLimits())
            .setTier(e.tier() == PartitionDefined.TIER ? 0 : e.tier());
    if (!e.preemption().equals(PreemptRules.OFF)) {
      out.setPreemption(PolicyWriter.preemption(e.preemption()));
    }
    return out.build();
  }

  static PbTariffDefined tariff(TariffDefined e) {
    return PbTariffDefined.newBuilder()
        .setPartition(e.partition().value())
        .setPriceMicroPerCoreHour(e.priceMicroPerCoreHour())
        .setCurrency(e.currency())
        .setValidFromMs(e.validFromMs())
        .build();
  }

  static PbDomainDefined domain(DomainDefined e) {
    return PbDomainDefined.newBuilder()
        .setCode(e.code().value())
        .setTitle(e.title())
        .setParent(e.parent() == null ? "" : e.parent().value())
        .build();
  }

  static PbProjectDefined project(ProjectDefined e) {
    PbProjectDefined.Builder out =
        PbProjectDefined.newBuilder()
            .setName(e.name().value())
            .setTitle(e.title())
            .setPi(e.pi() == null ? "" : e.pi().value())
            .setCostCentre(e.costCentre());
    e.domains().forEach(each -> out.addDomains(PlannedCodec.share(each)));
    return out.build();
  }

  static PbUserDefined user(UserDefined e) {
    return PbUserDefined.newBuilder()
        .setName(e.name().value())
        .setTitle(e.title())
        .setUnixUser(e.unixUser())
        .setUid(e.uid())
        .setDefaultProject(e.defaultProject() == null ? "" : e.defaultProject().value())
        .build();
  }

  private static PbRoleChanged role(String user, org.queqiao.contract.account.Role role) {
    return PbRoleChanged.newBuilder().setUser(user).setRole(ModelWriter.role(role)).build();
  }

  private static PbWalletFunded funded(WalletFunded e) {
    return PbWalletFunded.newBuilder()
        .setProject(e.project().value())
        .setAmountMicro(e.amountMicro())
        .setCurrency(e.currency())
        .setReason(e.reason())
        .build();
  }

  private static PbNodeReason drained(NodeDrained e) {
    return nodeReason(e.node().value(), e.reason()).toBuilder().setByHealth(e.byHealth()).build();
  }

  private static PbNodeReason nodeReason(String node, String reason) {
    return PbNodeReason.newBuilder().setNode(node).setReason(reason).build();
  }

  private static PbJobSubmitted submitted(JobSubmitted e) {
    return PbJobSubmitted.newBuilder()
        .setJob(e.job().value())
        .setUser(e.user().value())
        .setUnixUser(e.unixUser())
        .setUid(e.uid())
        .setSpec(ModelWriter.spec(e.spec()))
        .setIdempotencyKey(e.idempotencyKey())
        .setRequestHash(ModelWriter.bytes(e.requestHash()))
        .build();
  }

  private static PbPromisesMovedUp movedUp(PromisesMovedUp e) {
    return PbPromisesMovedUp.newBuilder().setAnswered(e.answered()).build();
  }

  private static PbJobPromised promised(JobPromised e) {
    PbJobPromised.Builder out =
        PbJobPromised.newBuilder().setJob(e.job().value()).setStartMs(e.startMs());
    if (e.task() != null) {
      out.setTask(e.task());
    }
    if (e.nodes() != null) {
      out.setNodes(PromiseCodec.write(e.nodes()));
    }
    return out.build();
  }

  private static PbRoomClaimed.Builder claimed(RoomClaimed e) {
    return PbRoomClaimed.newBuilder().setJob(e.job().value()).setClaims(e.claims());
  }

  private static PbRunCheckpointed.Builder checkpointed(RunCheckpointed e) {
    return PbRunCheckpointed.newBuilder().setRun(ModelWriter.run(e.run())).setAtMs(e.atMs());
  }

  private static PbJobAllocated allocated(JobAllocated e) {
    PbJobAllocated.Builder out =
        PbJobAllocated.newBuilder()
            .setRun(ModelWriter.run(e.run()))
            .setPredictedMs(e.predictedMs())
            .setPostsDays(e.postsDays())
            .setLeaseMs(e.leaseMs());
    e.allocations().forEach(each -> out.addAllocations(ModelWriter.allocation(each)));
    if (e.reservation() != null) {
      out.setReservation(e.reservation().value());
    }
    if (e.payer() != null) {
      out.setPayer(e.payer().value());
    }
    return out.build();
  }

  private static PbJobEnded ended(JobEnded e) {
    PbJobEnded.Builder out =
        PbJobEnded.newBuilder()
            .setJob(e.job().value())
            .setAttempt(e.attempt())
            .setState(ModelWriter.state(e.state()))
            .setEndMs(e.endMs())
            .setNodeTimeRejected(e.nodeTimeRejected())
            .setDetail(e.detail())
            .setOperator(ModelWriter.operator(e.operator()));
    if (e.exit() != null) {
      out.setExit(ModelWriter.exit(e.exit()));
    }
    return out.build();
  }
}
