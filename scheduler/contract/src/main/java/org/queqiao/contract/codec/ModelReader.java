package org.queqiao.contract.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import org.queqiao.contract.MalformedRecordException;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.AcceleratorTime;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.Dependency;
import org.queqiao.contract.job.DependencyRule;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobQuote;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.JobTerms;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.OperatorCause;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.job.WarningSignal;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.wire.PbActor;
import org.queqiao.contract.wire.PbAllocation;
import org.queqiao.contract.wire.PbDependency;
import org.queqiao.contract.wire.PbGresRequest;
import org.queqiao.contract.wire.PbJobQuote;
import org.queqiao.contract.wire.PbJobSpec;
import org.queqiao.contract.wire.PbJobState;
import org.queqiao.contract.wire.PbJobTerms;
import org.queqiao.contract.wire.PbKillCause;
import org.queqiao.contract.wire.PbMemberRank;
import org.queqiao.contract.wire.PbNodeFacts;
import org.queqiao.contract.wire.PbOperatorCause;
import org.queqiao.contract.wire.PbRole;
import org.queqiao.contract.wire.PbRunExit;
import org.queqiao.contract.wire.PbRunId;
import org.queqiao.contract.wire.PbWarningSignal;

/** Records that several messages share, from their wire form. */
final class ModelReader {
  private ModelReader() {}

  static MalformedRecordException unknown(String what) {
    return new MalformedRecordException(
        "a record names a " + what + " that this version does not know");
  }

  static <A, B> List<B> list(List<A> from, Function<A, B> map) {
    List<B> out = new ArrayList<>(from.size());
    for (A each : from) {
      out.add(map.apply(each));
    }
    return out;
  }

  static Actor actor(PbActor actor) {
    Actor.Kind kind =
        switch (actor.getKind()) {
          case USER -> Actor.Kind.USER;
          case NODE -> Actor.Kind.NODE;
          case SYSTEM -> Actor.Kind.SYSTEM;
          case LOCAL_OWNER -> Actor.Kind.LOCAL_OWNER;
          case KIND_UNSPECIFIED, UNRECOGNIZED -> throw unknown("kind of actor");
        };
    return new Actor(kind, actor.getName());
  }

  static RunId run(PbRunId run) {
    return new RunId(new JobId(run.getJob()), run.getAttempt());
  }

  static JobSpec spec(PbJobSpec spec) {
    TreeMap<String, String> environment = new TreeMap<>();
    spec.getEnvironmentList()
        .forEach(variable -> environment.put(variable.getName(), variable.getValue()));
    return JobSpec.builder(
            spec.getName(),
            spec.getScript().toByteArray(),
            new PartitionName(spec.getPartition()),
            new ProjectName(spec.getProject()),
            spec.getLimitMs())
        .shape(spec.getNodes(), spec.getTasks(), spec.getCpusPerTask())
        .memBytes(spec.getMemBytes())
        .gres(list(spec.getGresList(), ModelReader::gres))
        .workDir(spec.getWorkDir())
        .environment(environment)
        .stdoutPath(spec.getStdoutPath())
        .stderrPath(spec.getStderrPath())
        .hold(spec.getHold())
        .terms(spec.hasTerms() ? terms(spec.getTerms()) : JobTerms.DEFAULT)
        .qos(spec.getQos().isEmpty() ? null : new QosName(spec.getQos()))
        .placement(
            spec.hasPlacement() ? PlacementReader.read(spec.getPlacement()) : JobPlacement.DEFAULT)
        .array(spec.hasArray() ? ArrayReader.array(spec.getArray()) : null)
        .reservation(
            spec.getReservation().isEmpty() ? null : new ReservationName(spec.getReservation()))
        .quote(spec.hasQuote() ? quote(spec.getQuote()) : null)
        .endUser(spec.getEndUser())
        .build();
  }

  private static JobQuote quote(PbJobQuote quote) {
    return new JobQuote(
        quote.getId(),
        quote.getQuotedMs(),
        quote.getMaxMicro(),
        quote.getExpectedMicro(),
        quote.getCurrency());
  }

  static GresRequest gres(PbGresRequest gres) {
    return new GresRequest(gres.getName(), gres.getType(), gres.getCount());
  }

  private static JobTerms terms(PbJobTerms terms) {
    return new JobTerms(
        terms.getBeginMs(),
        terms.getDeadlineMs(),
        terms.getNice(),
        new DependencyRule(
            terms.getAnyDependency(), list(terms.getDependenciesList(), ModelReader::dependency)),
        terms.getKillOnInvalidDependency(),
        !terms.getNoRequeue(),
        terms.hasSignal() ? signal(terms.getSignal()) : null);
  }

  private static WarningSignal signal(PbWarningSignal signal) {
    if (signal.getNumber() < 1 || signal.getNumber() > WarningSignal.MAX_NUMBER) {
      throw unknown("signal");
    }
    return new WarningSignal(signal.getNumber(), signal.getBeforeMs(), signal.getBatchOnly());
  }

  private static Dependency dependency(PbDependency dependency) {
    Dependency.Kind kind =
        switch (dependency.getKind()) {
          case AFTER -> Dependency.Kind.AFTER;
          case AFTER_ANY -> Dependency.Kind.AFTER_ANY;
          case AFTER_OK -> Dependency.Kind.AFTER_OK;
          case AFTER_NOT_OK -> Dependency.Kind.AFTER_NOT_OK;
          case AFTER_CORRESPONDING -> Dependency.Kind.AFTER_CORRESPONDING;
          case SINGLETON -> Dependency.Kind.SINGLETON;
          case KIND_UNSPECIFIED, UNRECOGNIZED -> throw unknown("kind of dependency");
        };
    return new Dependency(
        kind,
        kind == Dependency.Kind.SINGLETON ? null : new JobId(dependency.getJob()),
        dependency.hasTask() ? (Integer) dependency.getTask() : null,
        dependency.getOffsetMs());
  }

  static Allocation allocation(PbAllocation allocation) {
    return new Allocation(
        new NodeName(allocation.getNode()),
        allocation.getCoresList(),
        allocation.getMemBytes(),
        list(
            allocation.getGresList(),
            g -> new Allocation.GresDevices(g.getName(), g.getType(), g.getDevicesList())),
        allocation.getNodeType(),
        allocation.getBlockedCores(),
        allocation.getComponent());
  }

  static RunExit exit(PbRunExit exit) {
    RunExit.Kind kind =
        switch (exit.getKind()) {
          case EXITED -> RunExit.Kind.EXITED;
          case OUT_OF_MEMORY -> RunExit.Kind.OUT_OF_MEMORY;
          case LAUNCH_FAILED -> RunExit.Kind.LAUNCH_FAILED;
          case LOST -> RunExit.Kind.LOST;
          case KIND_UNSPECIFIED, UNRECOGNIZED -> throw unknown("kind of exit");
        };
    return new RunExit(
        run(exit.getRun()),
        kind,
        exit.getExitCode(),
        exit.getSignal(),
        exit.getStartMs(),
        exit.getEndMs(),
        exit.getUserUs(),
        exit.getSystemUs(),
        exit.getMaxRssBytes(),
        exit.getDetail(),
        exit.getNodeFault(),
        exit.getEnergyMj(),
        new AcceleratorTime(exit.getAcceleratorMs(), exit.getAcceleratorIdleMs()));
  }

  static NodeFacts facts(PbNodeFacts facts) {
    return new NodeFacts(
        new NodeName(facts.getName()),
        facts.getBootId(),
        facts.getCores(),
        facts.getMemBytes(),
        list(
            facts.getGresList(),
            g -> new NodeFacts.GresInventory(g.getName(), g.getType(), g.getCount())),
        facts.getAgentVersion(),
        facts.getKernel(),
        facts.getAbsentList(),
        list(
            facts.getNumaList(),
            each -> new NodeFacts.NumaNode(each.getSocket(), each.getCoresList())),
        facts.getSuspends(),
        facts.getLeases());
  }

  static Role role(PbRole role) {
    return switch (role) {
      case ROLE_RESEARCHER -> Role.RESEARCHER;
      case ROLE_ADMINISTRATOR -> Role.ADMINISTRATOR;
      case ROLE_FINANCE -> Role.FINANCE;
      case ROLE_AUDITOR -> Role.AUDITOR;
      case ROLE_UNSPECIFIED, UNRECOGNIZED -> throw unknown("role");
    };
  }

  static MemberRank rank(PbMemberRank rank) {
    return switch (rank) {
      case MEMBER_RANK_MEMBER -> MemberRank.MEMBER;
      case MEMBER_RANK_MANAGER -> MemberRank.MANAGER;
      case MEMBER_RANK_UNSPECIFIED, UNRECOGNIZED -> throw unknown("rank");
    };
  }

  /** {@code KILL_CAUSE_NONE} is null. */
  static KillCause cause(PbKillCause cause) {
    return switch (cause) {
      case KILL_CAUSE_NONE -> null;
      case KILL_CAUSE_CANCELLED -> KillCause.CANCELLED;
      case KILL_CAUSE_TIMEOUT -> KillCause.TIMEOUT;
      case KILL_CAUSE_NODE_FAIL -> KillCause.NODE_FAIL;
      case KILL_CAUSE_DEADLINE -> KillCause.DEADLINE;
      case KILL_CAUSE_REQUEUED -> KillCause.REQUEUED;
      case KILL_CAUSE_PREEMPTED -> KillCause.PREEMPTED;
      case KILL_CAUSE_PREEMPTED_REQUEUED -> KillCause.PREEMPTED_REQUEUED;
      case KILL_CAUSE_RESERVATION -> KillCause.RESERVATION;
      case UNRECOGNIZED -> throw unknown("cause of a kill");
    };
  }

  /** {@code OPERATOR_CAUSE_NONE} is null. */
  static OperatorCause operator(PbOperatorCause cause) {
    return switch (cause) {
      case OPERATOR_CAUSE_NONE -> null;
      case OPERATOR_CAUSE_PLATFORM_FAULT -> OperatorCause.PLATFORM_FAULT;
      case OPERATOR_CAUSE_ADMINISTRATOR -> OperatorCause.ADMINISTRATOR;
      case UNRECOGNIZED -> throw unknown("what an operator ended a run for");
    };
  }

  static JobState state(PbJobState state) {
    return switch (state) {
      case JOB_STATE_UNSPECIFIED, UNRECOGNIZED -> throw unknown("job state");
      default -> JobState.valueOf(state.name().substring("JOB_STATE_".length()));
    };
  }
}
