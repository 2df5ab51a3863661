package org.queqiao.contract.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobChanged;
import org.queqiao.contract.event.JobEligible;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobPolicyDefined;
import org.queqiao.contract.event.JobPromised;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.JobSignalled;
import org.queqiao.contract.event.JobStarted;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.MembershipRemoved;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.NodeDown;
import org.queqiao.contract.event.NodeDrained;
import org.queqiao.contract.event.NodeFenced;
import org.queqiao.contract.event.NodeRegistered;
import org.queqiao.contract.event.NodeResumed;
import org.queqiao.contract.event.NodeUp;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.PromisesMovedUp;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.event.RoleRevoked;
import org.queqiao.contract.event.RoomClaimed;
import org.queqiao.contract.event.RunCheckpointed;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.contract.wire.EventRecord;
import org.queqiao.contract.wire.PbDomainDefined;
import org.queqiao.contract.wire.PbJobAllocated;
import org.queqiao.contract.wire.PbJobChanged;
import org.queqiao.contract.wire.PbJobEnded;
import org.queqiao.contract.wire.PbJobKillRequested;
import org.queqiao.contract.wire.PbJobPolicyDefined;
import org.queqiao.contract.wire.PbJobPromised;
import org.queqiao.contract.wire.PbJobRequeued;
import org.queqiao.contract.wire.PbJobStarted;
import org.queqiao.contract.wire.PbJobSubmitted;
import org.queqiao.contract.wire.PbMembership;
import org.queqiao.contract.wire.PbNodeDown;
import org.queqiao.contract.wire.PbNodeReason;
import org.queqiao.contract.wire.PbNodeUp;
import org.queqiao.contract.wire.PbPartitionDefined;
import org.queqiao.contract.wire.PbProjectDefined;
import org.queqiao.contract.wire.PbRoleChanged;
import org.queqiao.contract.wire.PbRoomClaimed;
import org.queqiao.contract.wire.PbRunCheckpointed;
import org.queqiao.contract.wire.PbSchedulingDefined;
import org.queqiao.contract.wire.PbTariffDefined;
import org.queqiao.contract.wire.PbUserDefined;
import org.queqiao.contract.wire.PbWalletFunded;

/** Facts from their wire form. */
final class EventReader {
  private EventReader() {}

  static EventCodec.ActedEvent read(byte[] payload) {
    try {
      EventRecord in = EventRecord.parseFrom(payload);
      return new EventCodec.ActedEvent(ModelReader.actor(in.getActor()), in.getReason(), event(in));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      throw new MalformedRecordException("not a fact of the log: " + e.getMessage(), e);
    }
  }

  private static Event event(EventRecord in) {
    return switch (in.getEventCase()) {
      case PARTITION_DEFINED -> partition(in.getPartitionDefined());
      case TARIFF_DEFINED -> tariff(in.getTariffDefined());
      case DOMAIN_DEFINED -> domain(in.getDomainDefined());
      case PROJECT_DEFINED -> project(in.getProjectDefined());
      case USER_DEFINED -> user(in.getUserDefined());
      case ROLE_GRANTED -> granted(in.getRoleGranted());
      case ROLE_REVOKED -> revoked(in.getRoleRevoked());
      case MEMBERSHIP_SET -> membershipSet(in.getMembershipSet());
      case MEMBERSHIP_REMOVED -> membershipRemoved(in.getMembershipRemoved());
      case WALLET_FUNDED -> funded(in.getWalletFunded());
      case BUDGET_TOLD, CREDIT_LINE_SET -> WalletCodec.event(in);
      case BILLING_DEFINED -> MoneyCodec.read(in.getBillingDefined());
      case MONEY_PROPOSED, MONEY_DECIDED -> MoneyCodec.event(in);
      case DISPUTE_OPENED, DISPUTE_ANSWERED, LOST_RUNS_SEEN -> DisputeCodec.event(in);
      case BUDGET_DEFINED, BUDGET_USE_TOLD -> BudgetCodec.event(in);
      case RUN_OBSERVED, RUN_IMPORTED, CLUSTER_OBSERVED -> ObservedCodec.event(in);
      case CHANGE_PLANNED, PLANNED_CHANGE_MADE, PLANNED_CHANGE_WITHDRAWN -> PlannedCodec.event(in);
      case PLATFORM_DEFINED -> PolicyReader.platform(in.getPlatformDefined());
      case QOS_DEFINED -> PolicyReader.qos(in.getQosDefined());
      case PRIORITY_POLICY_DEFINED -> PolicyReader.defined(in.getPriorityPolicyDefined());
      case RULES_SET -> PolicyReader.rules(in.getRulesSet());
      case RESERVATION_DEFINED, RESERVATION_DELETED, RESERVATION_OPENED, RESERVATION_CLOSED ->
          ReservationReader.event(in);
      case NODE_REGISTERED -> new NodeRegistered(ModelReader.facts(in.getNodeRegistered()));
      case NODE_UP -> up(in.getNodeUp());
      case NODE_DOWN -> down(in.getNodeDown());
      case NODE_FENCED -> fenced(in.getNodeFenced());
      case TOPOLOGY_DEFINED -> PlacementReader.topology(in.getTopologyDefined());
      case LICENCE_DEFINED -> PlacementReader.licence(in.getLicenceDefined());
      case NODE_SETTINGS_SET -> PlacementReader.settingsSet(in.getNodeSettingsSet());
      case NODE_DRAINED -> drained(in.getNodeDrained());
      case NODE_RESUMED -> new NodeResumed(new NodeName(in.getNodeResumed().getNode()));
      case JOB_SUBMITTED -> submitted(in.getJobSubmitted());
      case JOB_HELD -> ArrayReader.held(in.getJobHeld());
      case JOB_ELIGIBLE -> new JobEligible(new JobId(in.getJobEligible().getJob()));
      case JOB_RELEASED -> ArrayReader.released(in.getJobReleased());
      case JOB_ALLOCATED -> allocated(in.getJobAllocated());
      case JOB_PROMISED -> promised(in.getJobPromised());
      case PROMISES_MOVED_UP -> new PromisesMovedUp(in.getPromisesMovedUp().getAnswered());
      case ROOM_CLAIMED -> claimed(in.getRoomClaimed());
      case JOB_STARTED -> started(in.getJobStarted());
      case JOB_KILL_REQUESTED -> killRequested(in.getJobKillRequested());
      case JOB_ENDED -> ended(in.getJobEnded());
      case RUN_CHECKPOINTED -> checkpointed(in.getRunCheckpointed());
      case JOB_SIGNALLED -> new JobSignalled(ModelReader.run(in.getJobSignalled()));
      case JOB_SUSPEND_REQUESTED, JOB_SUSPENDED, JOB_RESUMED -> SuspensionReader.event(in);
      case STEP_STARTED, STEP_ENDED, RUN_PART_ENDED -> StepsCodec.event(in);
      case RUN_PART_SUSPENDED -> SuspensionReader.part(in.getRunPartSuspended());
      case JOB_REQUEUED -> requeued(in.getJobRequeued());
      case JOB_POLICY_DEFINED -> jobPolicy(in.getJobPolicyDefined());
      case SCHEDULING_DEFINED -> scheduling(in.getSchedulingDefined());
      case ARRAY_TASK_SPLIT -> ArrayReader.split(in.getArrayTaskSplit());
      case ARRAY_TASKS_ENDED -> ArrayReader.tasksEnded(in.getArrayTasksEnded());
      case ARRAY_ENDED -> ArrayReader.ended(in.getArrayEnded());
      case JOB_CHANGED -> changed(in.getJobChanged());
      case EVENT_NOT_SET -> throw ModelReader.unknown("fact");
    };
  }

  private static JobChanged changed(PbJobChanged e) {
    return new JobChanged(new JobId(e.getJob()), ModelReader.spec(e.getSpec()));
  }

  private static RoleGranted granted(PbRoleChanged e) {
    return new RoleGranted(new UserName(e.getUser()), ModelReader.role(e.getRole()));
  }

  private static RoleRevoked revoked(PbRoleChanged e) {
    return new RoleRevoked(new UserName(e.getUser()), ModelReader.role(e.getRole()));
  }

  private static NodeDrained drained(PbNodeReason in) {
    return new NodeDrained(new NodeName(in.getNode()), in.getReason(), in.getByHealth());
  }

  private static NodeDown down(PbNodeDown e) {
    return new NodeDown(
        new NodeName(e.getNode()),
        e.getLastSeenMs(),
        e.getReason(),
        e.getNewBootId(),
        e.getSilentMs());
  }

  private static JobStarted started(PbJobStarted e) {
    return new JobStarted(ModelReader.run(e.getRun()), new NodeName(e.getNode()), e.getStartMs());
  }

  private static JobAllocated allocated(PbJobAllocated e) {
    return new JobAllocated(
        ModelReader.run(e.getRun()),
        ModelReader.list(e.getAllocationsList(), ModelReader::allocation),
        e.getPredictedMs(),
        e.getReservation().isEmpty() ? null : new ReservationName(e.getReservation()),
        e.getPostsDays(),
        e.getLeaseMs(),
        e.getPayer().isEmpty() ? null : new ProjectName(e.getPayer()));
  }

  private static NodeUp up(PbNodeUp e) {
    return new NodeUp(new NodeName(e.getNode()), e.getBootId());
  }

  private static RunCheckpointed checkpointed(PbRunCheckpointed e) {
    return new RunCheckpointed(ModelReader.run(e.getRun()), e.getAtMs());
  }

  private static NodeFenced fenced(PbNodeReason e) {
    return new NodeFenced(new NodeName(e.getNode()), e.getReason());
  }

  private static RoomClaimed claimed(PbRoomClaimed e) {
    return new RoomClaimed(new JobId(e.getJob()), e.getClaims());
  }

  private static JobPromised promised(PbJobPromised e) {
    Integer task = e.hasTask() ? (Integer) e.getTask() : null;
    return new JobPromised(
        new JobId(e.getJob()),
        e.getStartMs(),
        task,
        e.hasNodes() ? PromiseCodec.read(e.getNodes()) : null);
  }

  private static JobKillRequested killRequested(PbJobKillRequested e) {
    return new JobKillRequested(
        ModelReader.run(e.getRun()),
        ModelReader.cause(e.getCause()),
        e.getPreemptor() == 0 ? null : new JobId(e.getPreemptor()),
        e.getGraceMs(),
        e.getClaims(),
        ModelReader.operator(e.getOperator()));
  }

  static PartitionDefined partition(PbPartitionDefined e) {
    return new PartitionDefined(
        new PartitionName(e.getName()),
        e.getIsDefault(),
        e.getDefaultLimitMs(),
        e.getMaxLimitMs(),
        e.getNodes(),
        e.getPlansByLimits(),
        e.getTier() == 0 ? PartitionDefined.TIER : e.getTier(),
        e.hasPreemption() ? PolicyReader.preemption(e.getPreemption()) : PreemptRules.OFF);
  }

  static TariffDefined tariff(PbTariffDefined e) {
    return new TariffDefined(
        new PartitionName(e.getPartition()),
        e.getPriceMicroPerCoreHour(),
        e.getCurrency(),
        e.getValidFromMs());
  }

  static DomainDefined domain(PbDomainDefined e) {
    return new DomainDefined(
        new DomainCode(e.getCode()),
        e.getTitle(),
        e.getParent().isEmpty() ? null : new DomainCode(e.getParent()));
  }

  static ProjectDefined project(PbProjectDefined e) {
    return new ProjectDefined(
        new ProjectName(e.getName()),
        e.getTitle(),
        ModelReader.list(e.getDomainsList(), PlannedCodec::share),
        e.getPi().isEmpty() ? null : new UserName(e.getPi()),
        e.getCostCentre());
  }

  static UserDefined user(PbUserDefined e) {
    return new UserDefined(
        new UserName(e.getName()),
        e.getTitle(),
        e.getUnixUser(),
        e.getUid(),
        e.getDefaultProject().isEmpty() ? null : new ProjectName(e.getDefaultProject()));
  }

  private static JobSubmitted submitted(PbJobSubmitted e) {
    return new JobSubmitted(
        new JobId(e.getJob()),
        new UserName(e.getUser()),
        e.getUnixUser(),
        e.getUid(),
        ModelReader.spec(e.getSpec()),
        e.getIdempotencyKey(),
        e.getRequestHash().toByteArray());
  }

  private static JobRequeued requeued(PbJobRequeued e) {
    return new JobRequeued(
        ModelReader.run(e.getRun()),
        ModelReader.cause(e.getCause()),
        e.getEndMs(),
        e.hasExit() ? ModelReader.exit(e.getExit()) : null,
        e.getNodeTimeRejected(),
        e.getHeld(),
        e.getDetail(),
        ModelReader.operator(e.getOperator()));
  }

  static SchedulingDefined scheduling(PbSchedulingDefined e) {
    return new SchedulingDefined(e.getPolicy(), e.getReservations());
  }

  static JobPolicyDefined jobPolicy(PbJobPolicyDefined e) {
    return new JobPolicyDefined(
        e.getMaxAttempts(), e.getBillsSuspendedTime(), !e.getNoBudgetGate());
  }

  private static JobEnded ended(PbJobEnded e) {
    return new JobEnded(
        new JobId(e.getJob()),
        e.getAttempt(),
        ModelReader.state(e.getState()),
        e.getEndMs(),
        e.hasExit() ? ModelReader.exit(e.getExit()) : null,
        e.getNodeTimeRejected(),
        e.getDetail(),
        ModelReader.operator(e.getOperator()));
  }

  private static MembershipSet membershipSet(PbMembership e) {
    return new MembershipSet(
        new ProjectName(e.getProject()), new UserName(e.getUser()), ModelReader.rank(e.getRank()));
  }

  private static MembershipRemoved membershipRemoved(PbMembership e) {
    return new MembershipRemoved(new ProjectName(e.getProject()), new UserName(e.getUser()));
  }

  private static WalletFunded funded(PbWalletFunded e) {
    return new WalletFunded(
        new ProjectName(e.getProject()), e.getAmountMicro(), e.getCurrency(), e.getReason());
  }
}
