package org.queqiao.core.message;

import java.util.List;
import org.queqiao.contract.account.PlannedChange;
import org.queqiao.contract.event.BillingDefined;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.BudgetUseTold;
import org.queqiao.contract.event.CreditLineSet;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.JobPolicyDefined;
import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.contract.event.MembershipRemoved;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.PlatformDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.event.RoleRevoked;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.OperatorCause;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.RefundReason;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.observe.ObservedRun;
import org.queqiao.contract.policy.PriorityPolicy;

/** What the machine is told. */
public sealed interface Input {
  /**
   * A person wishes something and says why.
   *
   * @param input the wish
   * @param reason why; empty when they do not say
   * @param required whether the site asks for a reason of every administrative change
   */
  record Reasoned(Input input, String reason, boolean required) implements Input {
    public Reasoned {
      if (input instanceof Reasoned) {
        throw new IllegalArgumentException("a wish has one reason");
      }
    }
  }

  /**
   * A job is submitted by its owner.
   *
   * @param idempotencyKey the key of the request, or empty
   * @param requestHash SHA-256 of the request body
   */
  record SubmitJob(Actor actor, JobRequest request, String idempotencyKey, byte[] requestHash)
      implements Input {
    public SubmitJob {
      idempotencyKey = idempotencyKey == null ? "" : idempotencyKey;
      requestHash = requestHash == null ? new byte[0] : requestHash;
    }
  }

  /**
   * A job shall end, or not start.
   *
   * @param operator what an operator ends its run for; null for what follows from who it is
   */
  record CancelJob(Actor actor, JobId job, OperatorCause operator) implements Input {
    public CancelJob(Actor actor, JobId job) {
      this(actor, job, null);
    }
  }

  /**
   * A job shall ask for something else.
   *
   * @param revision only if it was changed so often until now; null for however often
   * @param task of an array only this one, its index in digits; null for the whole
   */
  record ChangeJob(Actor actor, JobId job, JobChange change, Integer revision, String task)
      implements Input {
    public ChangeJob(Actor actor, JobId job, JobChange change, Integer revision) {
      this(actor, job, change, revision, null);
    }
  }

  /**
   * Tasks of an array shall end, or not start.
   *
   * @param tasks their indices, as Slurm writes them: {@code 1,3,5-19:2}
   * @param operator as in {@link CancelJob}
   */
  record CancelTasks(Actor actor, JobId array, String tasks, OperatorCause operator)
      implements Input {
    public CancelTasks(Actor actor, JobId array, String tasks) {
      this(actor, array, tasks, null);
    }
  }

  /**
   * A waiting job shall not start before its release.
   *
   * @param tasks of an array only these, as in {@link CancelTasks}; null for the whole
   */
  record HoldJob(Actor actor, JobId job, String tasks) implements Input {
    public HoldJob(Actor actor, JobId job) {
      this(actor, job, null);
    }
  }

  /**
   * A held job may start.
   *
   * @param tasks of an array only these, as in {@link CancelTasks}; null for the whole
   */
  record ReleaseJob(Actor actor, JobId job, String tasks) implements Input {
    public ReleaseJob(Actor actor, JobId job) {
      this(actor, job, null);
    }
  }

  /**
   * A running job shall end and wait to run again.
   *
   * @param tasks of an array only these, as in {@link CancelTasks}; null for the whole
   * @param operator as in {@link CancelJob}
   */
  record RequeueJob(Actor actor, JobId job, String tasks, OperatorCause operator) implements Input {
    public RequeueJob(Actor actor, JobId job) {
      this(actor, job, null);
    }

    public RequeueJob(Actor actor, JobId job, String tasks) {
      this(actor, job, tasks, null);
    }
  }

  /** What a running job has done until now is saved. */
  sealed interface Saved extends Input {}

  /** A person says so. */
  record CheckpointJob(Actor actor, JobId job) implements Saved {}

  /**
   * A process of the run itself says so.
   *
   * @param node whose agent has proved to which run the process belongs
   * @param uid whose process it is
   */
  record CheckpointRun(NodeName node, int uid, RunId run) implements Saved {}

  /** The processes of a running job shall stop where they are. */
  record SuspendJob(Actor actor, JobId job) implements Input {}

  /** The processes of a suspended job shall go on. */
  record ResumeJob(Actor actor, JobId job) implements Input {}

  /**
   * The agent of a node said hello.
   *
   * @param facts what it found on its machine
   * @param running the runs that are alive there
   * @param ended exits that were not acknowledged yet
   */
  record RegisterNode(NodeFacts facts, List<RunId> running, List<RunExit> ended) implements Input {
    public RegisterNode {
      running = List.copyOf(running);
      ended = List.copyOf(ended);
    }
  }

  /**
   * A node was not heard of for too long.
   *
   * @param lastSeenMs scheduler time of its last life sign
   * @param silentMs for how long this server has heard nothing of it, by a clock that only runs; 0
   *     where it cannot say
   */
  record NodeSilent(NodeName node, long lastSeenMs, String reason, long silentMs) implements Input {
    /** Silence of which nobody knows how long it lasts. */
    public NodeSilent(NodeName node, long lastSeenMs, String reason) {
      this(node, lastSeenMs, reason, 0);
    }
  }

  /** An operator states that nothing on the node can still run. */
  record FenceNode(Actor actor, NodeName node, String reason) implements Input {}

  /** A node shall get no new jobs. */
  record DrainNode(Actor actor, NodeName node, String reason) implements Input {}

  /** A drained node may get jobs again. */
  record ResumeNode(Actor actor, NodeName node) implements Input {}

  /**
   * The health check of a node has found something.
   *
   * @param fault what is wrong, in words; empty when all is well
   */
  record NodeChecked(NodeName node, String fault) implements Input {}

  /** The site says of a node what its agent cannot find. */
  record SetNode(Actor actor, NodeSettingsSet set) implements Input {}

  /** The site has so many of a licence. */
  record DefineLicence(Actor actor, LicenceDefined licence) implements Input {}

  /** The site says which nodes are close to each other. */
  record DefineTopology(Actor actor, TopologyDefined topology) implements Input {}

  /** An agent saw the script of a run start, at this node time. */
  record RunStarted(NodeName node, RunId run, long startMs) implements Input {}

  /**
   * An agent saw all processes of a run stop, or go on, at this node time.
   *
   * @param askedMs of the wish that this answers, or 0
   */
  record RunSuspended(NodeName node, RunId run, boolean suspended, long atMs, long askedMs)
      implements Input {}

  /** An agent saw the last process of a run go. */
  record RunEnded(NodeName node, RunExit exit) implements Input {}

  /**
   * A process of a run asks for a step.
   *
   * @param node where it is, as the agent of that node says
   * @param uid whose it is, as the kernel there says
   * @param nodes where the tasks shall be
   */
  record StartStep(NodeName node, int uid, RunId run, String name, int tasks, List<NodeName> nodes)
      implements Input {
    public StartStep {
      nodes = List.copyOf(nodes);
    }
  }

  /** The last task of a step has ended, as the process that started it says. */
  record EndStep(NodeName node, RunId run, int step, int exitCode) implements Input {}

  /** Time has passed. */
  record Tick() implements Input {}

  /** Waiting jobs may be placed. */
  record PlanPass() implements Input {}

  /** A partition is created or its rules change. */
  record DefinePartition(Actor actor, PartitionDefined partition) implements Input {}

  /** A partition gets a price; {@code validFromMs} 0 means from now on. */
  record DefineTariff(Actor actor, TariffDefined tariff) implements Input {}

  /** The site plans by another policy. */
  record DefineScheduling(Actor actor, SchedulingDefined scheduling) implements Input {}

  /** The bounds on every job change. */
  record DefineJobPolicy(Actor actor, JobPolicyDefined policy) implements Input {}

  /**
   * A research domain is created, renamed or moved.
   *
   * @param keepsParent whether it stays where it is, whatever the definition says
   */
  record DefineDomain(Actor actor, DomainDefined domain, boolean keepsParent) implements Input {
    public DefineDomain(Actor actor, DomainDefined domain) {
      this(actor, domain, false);
    }
  }

  /**
   * A change shall count from a later time on.
   *
   * @param fromMs when it begins to count
   */
  record PlanChange(Actor actor, PlannedChange.Content content, long fromMs) implements Input {}

  /** A planned change shall not come. */
  record WithdrawChange(Actor actor, long number) implements Input {}

  /**
   * A project is created or described anew. Who leads it and its cost centre stay as they are where
   * nothing is said about them.
   */
  record DefineProject(Actor actor, ProjectDefined project) implements Input {}

  /**
   * Somebody else leads a project, or it has another cost centre.
   *
   * @param pi its principal investigator, or null for the same as before
   * @param costCentre empty for none, or null for the same as before
   */
  record SetProject(Actor actor, ProjectName project, UserName pi, String costCentre)
      implements Input {}

  /** An account is created or described anew. */
  record DefineUser(Actor actor, UserDefined user) implements Input {}

  /** An account gets a role. */
  record GrantRole(Actor actor, RoleGranted grant) implements Input {}

  /** An account loses a role. */
  record RevokeRole(Actor actor, RoleRevoked revocation) implements Input {}

  /** An account becomes a member of a project, or its rank changes. */
  record SetMembership(Actor actor, MembershipSet membership) implements Input {}

  /** An account leaves a project. */
  record RemoveMembership(Actor actor, MembershipRemoved membership) implements Input {}

  /** A service platform is created or renamed. */
  record DefinePlatform(Actor actor, PlatformDefined platform) implements Input {}

  /** A quality of service is created or described anew. */
  record DefineQos(Actor actor, QosDefined qos) implements Input {}

  /** The site decides how priorities are put together. */
  record DefinePriorityPolicy(Actor actor, PriorityPolicy policy) implements Input {}

  /** The site decides about shares, priority and limits of a subject. */
  record SetRules(Actor actor, RulesSet rules) implements Input {}

  /** Nodes are kept for some, or for other than before. */
  record DefineReservation(Actor actor, ReservationRequest request) implements Input {}

  /** Nodes are kept no more. */
  record DeleteReservation(Actor actor, ReservationName reservation) implements Input {}

  /**
   * The ledger says what is in wallets, as of a position of the log; what is older than what is
   * known already changes nothing.
   */
  record TellBudgets(List<BudgetTold> budgets) implements Input {
    public TellBudgets {
      budgets = List.copyOf(budgets);
    }
  }

  /**
   * A bridge tells of runs of another scheduler that are over.
   *
   * @param bridge the node that tells
   * @param cluster where they ran
   * @param runs what is told; each run once
   * @param completeMs with these, every run that ended before is told; 0 says nothing of it
   */
  record RecordRuns(NodeName bridge, ClusterName cluster, List<ObservedRun> runs, long completeMs)
      implements Input {
    public RecordRuns {
      runs = List.copyOf(runs);
    }
  }

  /**
   * Runs are read from a file. Who sends this knows that none of them was imported before.
   *
   * @param actor somebody of finance
   * @param cluster where they ran: none that a bridge tells of
   * @param billed whether they are paid, or only shown
   * @param runs each once
   */
  record ImportRuns(Actor actor, ClusterName cluster, boolean billed, List<ObservedRun> runs)
      implements Input {
    public ImportRuns {
      runs = List.copyOf(runs);
    }
  }

  /** A budget of core time holds from now on as it says, or ends. */
  record DefineBudget(Actor actor, BudgetTerms terms, String reason) implements Input {}

  /** The ledger says what is left of budgets, as of a position of the log. */
  record TellBudgetUse(List<BudgetUseTold> words) implements Input {
    public TellBudgetUse {
      words = List.copyOf(words);
    }
  }

  /** Somebody finds a charge of a project wrong. */
  record OpenDispute(Actor actor, ProjectName project, String transaction, String reason)
      implements Input {}

  /**
   * Finance answers a dispute.
   *
   * @param amountMicro what is proposed to go back; 0 rejects it
   * @param currency of the amount, or empty
   * @param cause of the refund, or null
   */
  record AnswerDispute(
      Actor actor,
      long dispute,
      long amountMicro,
      String currency,
      RefundReason cause,
      String reason)
      implements Input {}

  /** Somebody of finance has looked at runs whose node vanished. */
  record SeeLostRuns(Actor actor, List<RunId> runs, String reason) implements Input {
    public SeeLostRuns {
      runs = List.copyOf(runs);
    }
  }

  /** The wallet of a project may go below zero, so far. */
  record SetCreditLine(Actor actor, CreditLineSet line) implements Input {}

  /** Somebody of finance wants to change prices or money. */
  record ProposeMoney(Actor actor, MoneyChange change, String reason) implements Input {}

  /** Another person decides on it. */
  record DecideMoney(Actor actor, long proposal, boolean approve, String reason) implements Input {}

  /** The configuration says by which calendar and in which currency bills are made. */
  record DefineBilling(Actor actor, BillingDefined billing) implements Input {}

  /** Money goes into the wallet of a project. */
  record FundWallet(Actor actor, WalletFunded funding) implements Input {}
}
