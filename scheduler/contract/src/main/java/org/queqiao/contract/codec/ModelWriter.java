package org.queqiao.contract.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.Dependency;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobQuote;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.JobTerms;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.OperatorCause;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.wire.PbActor;
import org.queqiao.contract.wire.PbAllocation;
import org.queqiao.contract.wire.PbDependency;
import org.queqiao.contract.wire.PbGresDevices;
import org.queqiao.contract.wire.PbGresInventory;
import org.queqiao.contract.wire.PbGresRequest;
import org.queqiao.contract.wire.PbJobQuote;
import org.queqiao.contract.wire.PbJobSpec;
import org.queqiao.contract.wire.PbJobState;
import org.queqiao.contract.wire.PbJobTerms;
import org.queqiao.contract.wire.PbKillCause;
import org.queqiao.contract.wire.PbMemberRank;
import org.queqiao.contract.wire.PbNodeFacts;
import org.queqiao.contract.wire.PbNumaNode;
import org.queqiao.contract.wire.PbOperatorCause;
import org.queqiao.contract.wire.PbRole;
import org.queqiao.contract.wire.PbRunExit;
import org.queqiao.contract.wire.PbRunId;
import org.queqiao.contract.wire.PbVariable;
import org.queqiao.contract.wire.PbWarningSignal;

/** Records that several messages share, to their wire form. */
final class ModelWriter {
  private ModelWriter() {}

  /** Wraps without a copy: the arrays of the contract's records are never changed. */
  static ByteString bytes(byte[] bytes) {
    return UnsafeByteOperations.unsafeWrap(bytes);
  }

  static PbActor actor(Actor actor) {
    PbActor.Kind kind =
        switch (actor.kind()) {
          case USER -> PbActor.Kind.USER;
          case NODE -> PbActor.Kind.NODE;
          case SYSTEM -> PbActor.Kind.SYSTEM;
          case LOCAL_OWNER -> PbActor.Kind.LOCAL_OWNER;
        };
    return PbActor.newBuilder().setKind(kind).setName(actor.name()).build();
  }

  static PbRunId run(RunId run) {
    return PbRunId.newBuilder().setJob(run.job().value()).setAttempt(run.attempt()).build();
  }

  static PbJobSpec spec(JobSpec spec) {
    PbJobSpec.Builder out =
        PbJobSpec.newBuilder()
            .setName(spec.name())
            .setScript(bytes(spec.script()))
            .setPartition(spec.partition().value())
            .setProject(spec.project().value())
            .setNodes(spec.nodes())
            .setTasks(spec.tasks())
            .setCpusPerTask(spec.cpusPerTask())
            .setMemBytes(spec.memBytes())
            .setLimitMs(spec.limitMs())
            .setWorkDir(spec.workDir())
            .setStdoutPath(spec.stdoutPath())
            .setStderrPath(spec.stderrPath())
            .setHold(spec.hold());
    for (GresRequest gres : spec.gres()) {
      out.addGres(gres(gres));
    }
    spec.environment()
        .forEach((name, value) ->
            out.addEnvironment(PbVariable.newBuilder().setName(name).setValue(value)));
    if (spec.qos() != null) {
      out.setQos(spec.qos().value());
    }
    if (!spec.terms().equals(JobTerms.DEFAULT)) {
      out.setTerms(terms(spec.terms()));
    }
    if (!spec.placement().isDefault()) {
      out.setPlacement(PlacementWriter.write(spec.placement()));
    }
    if (spec.array() != null) {
      out.setArray(ArrayWriter.array(spec.array()));
    }
    if (spec.reservation() != null) {
      out.setReservation(spec.reservation().value());
    }
    out.setEndUser(spec.endUser());
    if (spec.quote() != null) {
      out.setQuote(quote(spec.quote()));
    }
    return out.build();
  }

  private static PbJobQuote quote(JobQuote quote) {
    return PbJobQuote.newBuilder()
        .setId(quote.id())
        .setQuotedMs(quote.quotedMs())
        .setMaxMicro(quote.maxMicro())
        .setExpectedMicro(quote.expectedMicro())
        .setCurrency(quote.currency())
        .build();
  }

  static PbGresRequest gres(GresRequest gres) {
    return PbGresRequest.newBuilder()
        .setName(gres.name())
        .setType(gres.type())
        .setCount(gres.count())
        .build();
  }

  private static PbJobTerms terms(JobTerms terms) {
    PbJobTerms.Builder out =
        PbJobTerms.newBuilder()
            .setBeginMs(terms.beginMs())
            .setDeadlineMs(terms.deadlineMs())
            .setNice(terms.nice())
            .setAnyDependency(terms.dependency().any())
            .setKillOnInvalidDependency(terms.killOnInvalidDependency())
            .setNoRequeue(!terms.requeue());
    if (terms.signal() != null) {
      out.setSignal(
          PbWarningSignal.newBuilder()
              .setNumber(terms.signal().number())
              .setBeforeMs(terms.signal().beforeMs())
              .setBatchOnly(terms.signal().batchOnly()));
    }
    terms.dependency().parts().forEach(each -> out.addDependencies(dependency(each)));
    return out.build();
  }

  private static PbDependency dependency(Dependency dependency) {
    PbDependency.Builder out =
        PbDependency.newBuilder()
            .setKind(kind(dependency.kind()))
            .setJob(dependency.job() == null ? 0 : dependency.job().value())
            .setOffsetMs(dependency.offsetMs());
    if (dependency.task() != null) {
      out.setTask(dependency.task());
    }
    return out.build();
  }

  private static PbDependency.Kind kind(Dependency.Kind kind) {
    return switch (kind) {
      case AFTER -> PbDependency.Kind.AFTER;
      case AFTER_ANY -> PbDependency.Kind.AFTER_ANY;
      case AFTER_OK -> PbDependency.Kind.AFTER_OK;
      case AFTER_NOT_OK -> PbDependency.Kind.AFTER_NOT_OK;
      case AFTER_CORRESPONDING -> PbDependency.Kind.AFTER_CORRESPONDING;
      case SINGLETON -> PbDependency.Kind.SINGLETON;
    };
  }

  static PbAllocation allocation(Allocation allocation) {
    PbAllocation.Builder out =
        PbAllocation.newBuilder()
            .setNode(allocation.node().value())
            .addAllCores(allocation.cores())
            .setMemBytes(allocation.memBytes())
            .setNodeType(allocation.nodeType())
            .setBlockedCores(allocation.blockedCores())
            .setComponent(allocation.component());
    for (Allocation.GresDevices gres : allocation.gres()) {
      out.addGres(
          PbGresDevices.newBuilder()
              .setName(gres.name())
              .setType(gres.type())
              .addAllDevices(gres.devices()));
    }
    return out.build();
  }

  static PbRunExit exit(RunExit exit) {
    PbRunExit.Kind kind =
        switch (exit.kind()) {
          case EXITED -> PbRunExit.Kind.EXITED;
          case OUT_OF_MEMORY -> PbRunExit.Kind.OUT_OF_MEMORY;
          case LAUNCH_FAILED -> PbRunExit.Kind.LAUNCH_FAILED;
          case LOST -> PbRunExit.Kind.LOST;
        };
    return PbRunExit.newBuilder()
        .setRun(run(exit.run()))
        .setKind(kind)
        .setExitCode(exit.exitCode())
        .setSignal(exit.signal())
        .setStartMs(exit.startMs())
        .setEndMs(exit.endMs())
        .setUserUs(exit.userUs())
        .setSystemUs(exit.systemUs())
        .setMaxRssBytes(exit.maxRssBytes())
        .setDetail(exit.detail())
        .setNodeFault(exit.nodeFault())
        .setEnergyMj(exit.energyMj())
        .setAcceleratorMs(exit.accelerators().measuredMs())
        .setAcceleratorIdleMs(exit.accelerators().idleMs())
        .build();
  }

  static PbNodeFacts facts(NodeFacts facts) {
    PbNodeFacts.Builder out =
        PbNodeFacts.newBuilder()
            .setName(facts.name().value())
            .setBootId(facts.bootId())
            .setCores(facts.cores())
            .setMemBytes(facts.memBytes())
            .setAgentVersion(facts.agentVersion())
            .setKernel(facts.kernel())
            .addAllAbsent(facts.absent())
            .setSuspends(facts.suspends())
            .setLeases(facts.leases());
    for (NodeFacts.GresInventory gres : facts.gres()) {
      out.addGres(
          PbGresInventory.newBuilder()
              .setName(gres.name())
              .setType(gres.type())
              .setCount(gres.count()));
    }
    for (NodeFacts.NumaNode each : facts.numa()) {
      out.addNuma(PbNumaNode.newBuilder().setSocket(each.socket()).addAllCores(each.cores()));
    }
    return out.build();
  }

  static PbRole role(Role role) {
    return switch (role) {
      case RESEARCHER -> PbRole.ROLE_RESEARCHER;
      case ADMINISTRATOR -> PbRole.ROLE_ADMINISTRATOR;
      case FINANCE -> PbRole.ROLE_FINANCE;
      case AUDITOR -> PbRole.ROLE_AUDITOR;
    };
  }

  static PbMemberRank rank(MemberRank rank) {
    return switch (rank) {
      case MEMBER -> PbMemberRank.MEMBER_RANK_MEMBER;
      case MANAGER -> PbMemberRank.MEMBER_RANK_MANAGER;
    };
  }

  /** A null cause is {@code KILL_CAUSE_NONE}. */
  static PbKillCause cause(KillCause cause) {
    if (cause == null) {
      return PbKillCause.KILL_CAUSE_NONE;
    }
    return switch (cause) {
      case CANCELLED -> PbKillCause.KILL_CAUSE_CANCELLED;
      case TIMEOUT -> PbKillCause.KILL_CAUSE_TIMEOUT;
      case NODE_FAIL -> PbKillCause.KILL_CAUSE_NODE_FAIL;
      case DEADLINE -> PbKillCause.KILL_CAUSE_DEADLINE;
      case REQUEUED -> PbKillCause.KILL_CAUSE_REQUEUED;
      case PREEMPTED -> PbKillCause.KILL_CAUSE_PREEMPTED;
      case PREEMPTED_REQUEUED -> PbKillCause.KILL_CAUSE_PREEMPTED_REQUEUED;
      case RESERVATION -> PbKillCause.KILL_CAUSE_RESERVATION;
    };
  }

  static PbOperatorCause operator(OperatorCause cause) {
    return cause == null
        ? PbOperatorCause.OPERATOR_CAUSE_NONE
        : switch (cause) {
          case PLATFORM_FAULT -> PbOperatorCause.OPERATOR_CAUSE_PLATFORM_FAULT;
          case ADMINISTRATOR -> PbOperatorCause.OPERATOR_CAUSE_ADMINISTRATOR;
        };
  }

  static PbJobState state(JobState state) {
    return PbJobState.valueOf("JOB_STATE_" + state.name());
  }
}
