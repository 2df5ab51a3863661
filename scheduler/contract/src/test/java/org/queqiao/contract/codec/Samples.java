package org.queqiao.contract.codec;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.PlannedChange;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.event.*;
import org.queqiao.contract.event.ChangePlanned;
import org.queqiao.contract.event.JobEligible;
import org.queqiao.contract.event.JobPolicyDefined;
import org.queqiao.contract.event.JobPromised;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.JobSignalled;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.event.PlannedChangeMade;
import org.queqiao.contract.event.PlannedChangeWithdrawn;
import org.queqiao.contract.event.PromisesMovedUp;
import org.queqiao.contract.event.RoomClaimed;
import org.queqiao.contract.event.RunCheckpointed;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.PlatformName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.AcceleratorTime;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.ArrayTask;
import org.queqiao.contract.job.Checkpoint;
import org.queqiao.contract.job.Dependency;
import org.queqiao.contract.job.DependencyRule;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobArray;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.JobTerms;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.job.TaskIndices;
import org.queqiao.contract.job.TaskRange;
import org.queqiao.contract.job.WarningSignal;
import org.queqiao.contract.metrics.Counter;
import org.queqiao.contract.metrics.CounterValue;
import org.queqiao.contract.metrics.RunMetrics;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.RefundCause;
import org.queqiao.contract.node.NetworkSwitch;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.node.NodeHealth;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.contract.node.NodeState;
import org.queqiao.contract.policy.*;
import org.queqiao.contract.snapshot.ArrayImage;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.ClusterImage.DependencyImage;
import org.queqiao.contract.snapshot.ExperienceImage;
import org.queqiao.contract.snapshot.PlannedImage;
import org.queqiao.contract.snapshot.PreemptionImage;
import org.queqiao.contract.snapshot.PrioritiesImage;
import org.queqiao.contract.snapshot.StepsImage;

/** One instance of every record that is kept or sent, with every field set. */
final class Samples {
  static final UserName USER = new UserName("li.wei");
  static final ProjectName PROJECT = new ProjectName("climate");
  static final PartitionName PARTITION = new PartitionName("batch");
  static final NodeName NODE = new NodeName("cn0001");
  static final DomainCode DOMAIN = new DomainCode("atmosphere");
  static final RunId RUN = new RunId(new JobId(7_000_000_001L), 2);
  static final RunExit EXIT =
      new RunExit(
          RUN,
          RunExit.Kind.EXITED,
          3,
          0,
          1_760_000_000_100L,
          1_760_000_060_123L,
          59_000_000,
          1_000_000,
          73_400_320,
          "说明");
  static final JobSpec SPEC =
      JobSpec.builder(
              "风暴 run",
              "#!/bin/sh\nid\n".getBytes(StandardCharsets.UTF_8),
              PARTITION,
              PROJECT,
              3_600_000)
          .shape(2, 5, 3)
          .memBytes(8L << 30)
          .gres(List.of(new GresRequest("gpu", "a100", 2)))
          .workDir("/home/liwei")
          .environment(new TreeMap<>(Map.of("OMP_NUM_THREADS", "3", "LANG", "zh_CN.UTF-8")))
          .stdoutPath("out-%j.txt")
          .stderrPath("err-%j.txt")
          .hold(true)
          .build();
  static final JobSpec SPEC_WITH_TERMS =
      JobSpec.builder(SPEC.name(), SPEC.script(), PARTITION, PROJECT, 3_600_000)
          .shape(2, 5, 3)
          .stdoutPath("out-%j.txt")
          .terms(
              new JobTerms(
                  1_760_000_100_000L,
                  1_760_009_000_000L,
                  -7,
                  new DependencyRule(
                      true,
                      List.of(
                          new Dependency(Dependency.Kind.AFTER, new JobId(5), 600_000),
                          new Dependency(Dependency.Kind.AFTER_OK, new JobId(6), 0),
                          new Dependency(Dependency.Kind.SINGLETON, null, 0))),
                  true,
                  true))
          .build();
  static final JobSpec SPEC_WITH_QOS =
      JobSpec.builder("q", SPEC.script(), PARTITION, PROJECT, 60_000)
          .stdoutPath("out")
          .qos(new QosName("urgent"))
          .build();
  static final JobSpec SPEC_WITH_PLACEMENT =
      JobSpec.builder("p", SPEC.script(), PARTITION, PROJECT, 60_000)
          .shape(3, 3, 1)
          .stdoutPath("out")
          .placement(
              JobPlacement.builder()
                  .constraint("(a100|h100)&ib")
                  .nodeList("cn[001-002]")
                  .excludeNodes("cn7,gn[1,3-4]")
                  .build())
          .build();
  static final JobSpec SPEC_WITH_RESOURCES =
      JobSpec.builder("r", SPEC.script(), PARTITION, PROJECT, 60_000)
          .shape(2, 8, 1)
          .gres(List.of(new GresRequest("gpu", "", 1)))
          .stdoutPath("out")
          .placement(
              JobPlacement.builder()
                  .exclusive(true)
                  .maxNodes(5)
                  .tasksPerNode(4)
                  .memPerCpuBytes(1L << 30)
                  .memPerGpuBytes(2L << 30)
                  .gresPerTask(List.of(new GresRequest("gpu", "a100", 2)))
                  .licences(Map.of("fluent", 3, "matlab", 1))
                  .build())
          .build();
  static final JobSpec SPEC_OF_SPREAD_TASKS =
      JobSpec.builder("r", SPEC.script(), PARTITION, PROJECT, 60_000)
          .shape(2, 7, 1)
          .stdoutPath("out")
          .placement(JobPlacement.builder().maxNodes(5).switches(2).tasksInAll(true).build())
          .build();
  static final JobArray ARRAY =
      new JobArray(
          TaskIndices.of(List.of(new TaskRange(1, 1, 1), new TaskRange(3, 3_999_999, 12))), 10);
  static final JobSpec SPEC_OF_ARRAY =
      JobSpec.builder("a", SPEC.script(), PARTITION, PROJECT, 60_000)
          .stdoutPath("out-%A_%a")
          .array(ARRAY)
          .build();
  static final Allocation ALLOCATION =
      new Allocation(
          NODE,
          List.of(0, 1, 2, 63),
          8L << 30,
          List.of(new Allocation.GresDevices("gpu", "a100", List.of(0, 3))));
  static final NodeFacts FACTS =
      new NodeFacts(
          NODE,
          "9b0c5c3e-1111-2222-3333-444455556666",
          64,
          256L << 30,
          List.of(new NodeFacts.GresInventory("gpu", "a100", 4)),
          "1.0",
          "6.1.0",
          List.of("hardware counters: no device"));
  static final TopologyDefined TOPOLOGY =
      new TopologyDefined(
          List.of(
              new NetworkSwitch("core", "", ""), new NetworkSwitch("r1", "core", "cn[001-064]")));
  static final NodeSettings NODE_SETTINGS = new NodeSettings(List.of("ib", "a100"), 20);
  static final PartitionDefined PARTITION_DEFINED =
      new PartitionDefined(PARTITION, true, 3_600_000, 86_400_000);
  static final TariffDefined TARIFF_DEFINED =
      new TariffDefined(PARTITION, 40_000, "CNY", 1_760_000_000_000L);
  static final DomainDefined DOMAIN_DEFINED = new DomainDefined(DOMAIN, "Atmospheric science");
  static final UserDefined USER_DEFINED =
      new UserDefined(USER, "Li Wei 李伟", "liwei", 1234, PROJECT);
  static final QosName URGENT = new QosName("urgent");
  static final PlatformDefined PLATFORM_DEFINED =
      new PlatformDefined(new PlatformName("portal"), "Portal 门户");
  static final QosDefined QOS_DEFINED =
      new QosDefined(URGENT, "Urgent", 800_000, List.of(new QosName("idle")));
  static final PriorityPolicy POLICY =
      new PriorityPolicy(
          1000,
          10_000,
          500,
          100,
          2000,
          300,
          40,
          2,
          true,
          1024,
          604_800_000,
          1_209_600_000,
          List.of(new ResourceWeight("gres/gpu", 70, 8)),
          List.of(new ResourceWeight("cores", 1000, 1), new ResourceWeight("mem", 250, 1L << 30)));
  static final RulesSet RULES_SET =
      new RulesSet(
          new Subject.Project(PROJECT),
          new Rules(
              7,
              new PlatformName("portal"),
              List.of(URGENT),
              URGENT,
              900_000,
              List.of(
                  new Limit(LimitScope.GROUP, Quantity.CORES, "", 4096),
                  new Limit(LimitScope.USER, Quantity.GRES, "gpu", 8))));
  static final byte[] HASH = new byte[32];
  static final PlannedChange SHARES_PLANNED =
      new PlannedChange(
          8,
          1_790_000_000_001L,
          new PlannedChange.Shares(
              PROJECT,
              List.of(
                  new DomainShare(DOMAIN, 400), new DomainShare(new DomainCode("ocean"), 600))));
  static final PlannedChange OWNER_PLANNED =
      new PlannedChange(
          9, 1_790_000_000_002L, new PlannedChange.Owner(PROJECT, new PlatformName("portal")));

  private Samples() {}

  static Map<String, Event> events() {
    Map<String, Event> out = new LinkedHashMap<>();
    for (Event event :
        List.of(
            PARTITION_DEFINED,
            TARIFF_DEFINED,
            DOMAIN_DEFINED,
            new ProjectDefined(PROJECT, "Climate 气候", List.of(new DomainShare(DOMAIN, 1000))),
            USER_DEFINED,
            new RoleGranted(USER, Role.FINANCE),
            new RoleRevoked(USER, Role.AUDITOR),
            new MembershipSet(PROJECT, USER, MemberRank.MANAGER),
            new MembershipRemoved(PROJECT, USER),
            new WalletFunded(PROJECT, 5_000_000_000L, "CNY", "grant 2026"),
            PLATFORM_DEFINED,
            new ChangePlanned(
                new PlannedChange(
                    7,
                    1_790_000_000_000L,
                    new PlannedChange.Place(DOMAIN, new DomainCode("earth")))),
            new PlannedChangeMade(SHARES_PLANNED),
            new PlannedChangeWithdrawn(OWNER_PLANNED),
            QOS_DEFINED,
            new PriorityPolicyDefined(POLICY),
            RULES_SET,
            new NodeRegistered(FACTS),
            new NodeUp(NODE, FACTS.bootId()),
            new NodeDown(NODE, 1_760_000_000_000L, "silent for 60 s"),
            new NodeFenced(NODE, "power cut"),
            new NodeDrained(NODE, "fan"),
            new NodeResumed(NODE),
            new NodeSettingsSet(NODE, NODE_SETTINGS),
            new LicenceDefined("fluent", 40),
            TOPOLOGY,
            new JobSubmitted(RUN.job(), USER, "liwei", 1234, SPEC, "key-1", HASH),
            new JobHeld(RUN.job(), true),
            new JobReleased(RUN.job()),
            new JobEligible(RUN.job()),
            new JobRequeued(
                RUN, KillCause.NODE_FAIL, 1_760_000_060_123L, EXIT, true, true, "node cn1 is gone"),
            new JobPolicyDefined(9),
            new JobSignalled(RUN),
            new RunCheckpointed(RUN, 1_760_000_030_000L),
            new SchedulingDefined("easy", 17),
            new ArrayTaskSplit(new JobId(12), 7, RUN.job()),
            new ArrayTasksEnded(
                new JobId(12), ARRAY.tasks(), JobState.CANCELLED, 1_760_000_060_123L, "cancelled"),
            new JobChanged(RUN.job(), SPEC_WITH_QOS),
            new ArrayEnded(new JobId(12), JobState.FAILED, 1_760_000_060_123L),
            new JobAllocated(RUN, List.of(ALLOCATION)),
            new JobPromised(RUN.job(), 1_760_000_000_000L),
            new RoomClaimed(RUN.job(), 3),
            new PromisesMovedUp(3),
            new JobStarted(RUN, NODE, 1_760_000_000_100L),
            new JobKillRequested(RUN, KillCause.TIMEOUT),
            new JobEnded(
                RUN.job(), 2, JobState.FAILED, 1_760_000_060_123L, EXIT, true, "exit 3"))) {
      out.put(event.getClass().getSimpleName(), event);
    }
    for (Event event : SuspensionSamples.events()) {
      out.put(event.getClass().getSimpleName(), event);
    }
    for (Event event : ReservationSamples.events()) {
      out.put(event.getClass().getSimpleName(), event);
    }
    for (Event event : MoneySamples.events()) {
      out.put(event.getClass().getSimpleName(), event);
    }
    for (Event event : DisputeSamples.events()) {
      out.put(event.getClass().getSimpleName(), event);
    }
    for (Event event : BudgetSamples.events()) {
      out.put(event.getClass().getSimpleName(), event);
    }
    for (Event event : StepSamples.events()) {
      out.put(event.getClass().getSimpleName(), event);
    }
    for (Event event : WalletSamples.events()) {
      out.put(event.getClass().getSimpleName(), event);
    }
    for (Event event : ObservedSamples.events()) {
      out.put(event.getClass().getSimpleName(), event);
    }
    return out;
  }

  /** Events with what was added to them later; each has a golden file of its own. */
  static Map<String, Event> laterEvents() {
    Map<String, Event> out =
        new LinkedHashMap<>(LearntSamples.events(new JobAllocated(RUN, List.of(ALLOCATION))));
    out.putAll(ReservationSamples.laterEvents());
    out.putAll(PreemptionSamples.laterEvents());
    out.putAll(SuspensionSamples.laterEvents());
    out.putAll(LeaseSamples.laterEvents());
    out.putAll(OperatorSamples.laterEvents());
    out.putAll(PayerSamples.laterEvents());
    out.putAll(WalletSamples.laterEvents());
    out.putAll(MoneySamples.laterEvents());
    out.putAll(BudgetSamples.laterEvents());
    out.putAll(DisputeSamples.laterEvents());
    out.putAll(AllowanceSamples.laterEvents());
    out.putAll(ObservedSamples.laterEvents());
    out.put("ProjectDefined-led", led());
    out.put(
        "MoneyProposed-sinceCheckpoint",
        new MoneyProposed(
            89,
            new MoneyChange.RefundRule(RefundCause.NODE_FAIL, 1_000, 1_760_000_000_000L, true),
            "what was lost"));
    out.put(
        "ChangePlanned-none",
        new ChangePlanned(
            new PlannedChange(10, 1_790_000_000_003L, new PlannedChange.Place(DOMAIN, null))));
    out.put("DomainDefined-within", new DomainDefined(new DomainCode("ocean"), "Ocean 海洋", DOMAIN));
    out.put(
        "JobEnded-energy",
        new JobEnded(
            RUN.job(),
            2,
            JobState.COMPLETED,
            1_760_000_060_123L,
            EXIT.withEnergy(7_200),
            false,
            ""));
    out.put(
        "JobEnded-accelerators",
        new JobEnded(
            RUN.job(),
            2,
            JobState.COMPLETED,
            1_760_000_060_123L,
            EXIT.withAccelerators(new AcceleratorTime(120_246, 30_000)),
            false,
            ""));
    out.put(
        "NodeDown-anew", new NodeDown(NODE, 1_760_000_000_000L, "started anew", FACTS.bootId()));
    out.put(
        "JobSubmitted-end-user",
        new JobSubmitted(
            RUN.job(),
            USER,
            "liwei",
            1234,
            SPEC.toBuilder().endUser("王五 <wang@example.org>").build(),
            "",
            HASH));
    out.put(
        "JobSubmitted-terms",
        new JobSubmitted(RUN.job(), USER, "liwei", 1234, SPEC_WITH_TERMS, "key-1", HASH));
    out.put(
        "JobSubmitted-once",
        new JobSubmitted(
            RUN.job(),
            USER,
            "liwei",
            1234,
            SPEC_WITH_TERMS.with(new JobTerms(0, 0, 0, DependencyRule.NONE, false, false)),
            "",
            HASH));
    out.put(
        "JobSubmitted-signal",
        new JobSubmitted(
            RUN.job(),
            USER,
            "liwei",
            1234,
            SPEC_WITH_TERMS.with(
                new JobTerms(
                    0,
                    0,
                    0,
                    DependencyRule.NONE,
                    false,
                    true,
                    new WarningSignal(10, 90_000, true))),
            "",
            HASH));
    out.put(
        "JobSubmitted-dependsOnTask",
        new JobSubmitted(
            RUN.job(),
            USER,
            "liwei",
            1234,
            SPEC_WITH_TERMS.with(
                new JobTerms(
                    0,
                    0,
                    0,
                    new DependencyRule(
                        true,
                        List.of(
                            new Dependency(Dependency.Kind.AFTER, new JobId(5), 0, 600_000),
                            new Dependency(Dependency.Kind.AFTER_NOT_OK, new JobId(6), 7, 0))),
                    false,
                    false)),
            "",
            HASH));
    out.put("NodeDrained-health", new NodeDrained(NODE, "health check: fan", true));
    out.put("JobHeld-tasks", new JobHeld(new JobId(12), false, ARRAY.tasks()));
    out.put("JobHeld-letsGo", new JobHeld(new JobId(12), true, null, true));
    out.put("JobReleased-tasks", new JobReleased(new JobId(12), ARRAY.tasks()));
    out.put("JobPromised-task", new JobPromised(new JobId(12), 1_760_000_000_000L, 7));
    out.put("JobPromised-nodes", LearntSamples.promisedNodes());
    out.put("JobKillRequested-requeued", new JobKillRequested(RUN, KillCause.REQUEUED));
    out.put("JobKillRequested-deadline", new JobKillRequested(RUN, KillCause.DEADLINE));
    out.put("JobKillRequested-reservation", new JobKillRequested(RUN, KillCause.RESERVATION));
    out.put(
        "JobEnded-deadline",
        new JobEnded(RUN.job(), 0, JobState.DEADLINE, 1_760_000_060_123L, null, false, "late"));
    out.put(
        "JobSubmitted-qos",
        new JobSubmitted(RUN.job(), USER, "liwei", 1234, SPEC_WITH_QOS, "key-1", HASH));
    out.put(
        "JobSubmitted-array",
        new JobSubmitted(RUN.job(), USER, "liwei", 1234, SPEC_OF_ARRAY, "", HASH));
    out.put(
        "JobSubmitted-placement",
        new JobSubmitted(RUN.job(), USER, "liwei", 1234, SPEC_WITH_PLACEMENT, "", HASH));
    out.put(
        "NodeRegistered-numa",
        new NodeRegistered(
            FACTS.with(
                List.of(
                    new NodeFacts.NumaNode(0, List.of(0, 1, 4)),
                    new NodeFacts.NumaNode(1, List.of(2, 3))))));
    out.put(
        "JobSubmitted-components",
        new JobSubmitted(
            RUN.job(),
            USER,
            "liwei",
            1234,
            SPEC.toBuilder()
                .placement(
                    JobPlacement.builder()
                        .components(
                            List.of(
                                new JobComponent(
                                    2,
                                    4,
                                    8,
                                    1L << 30,
                                    List.of(new GresRequest("gpu", "a100", 2)),
                                    "ib")))
                        .build())
                .build(),
            "",
            HASH));
    out.put(
        "JobSubmitted-layout",
        new JobSubmitted(
            RUN.job(),
            USER,
            "liwei",
            1234,
            SPEC.toBuilder()
                .placement(JobPlacement.builder().contiguous(true).switches(2).spread(true).build())
                .build(),
            "",
            HASH));
    out.put(
        "JobSubmitted-resources",
        new JobSubmitted(RUN.job(), USER, "liwei", 1234, SPEC_WITH_RESOURCES, "", HASH));
    out.putAll(ComponentSamples.events());
    out.put(
        "JobSubmitted-tasks-in-all",
        new JobSubmitted(RUN.job(), USER, "liwei", 1234, SPEC_OF_SPREAD_TASKS, "", HASH));
    out.put(
        "PartitionDefined-nodes",
        new PartitionDefined(PARTITION, false, 60_000, 3_600_000, "cn[001-064],gn7"));
    return out;
  }

  private static ClusterImage withSettings(ClusterImage first) {
    return new ClusterImage(
        first.position(),
        first.timeMs(),
        first.lastJobId(),
        List.of(new PartitionDefined(PARTITION, true, 60_000, 3_600_000, "cn[001-064]")),
        first.tariffs(),
        first.domains(),
        first.projects(),
        first.users(),
        List.of(
            new ClusterImage.NodeImage(FACTS, NodeState.UP, 0, "", false, "", 3, NODE_SETTINGS)),
        List.of(),
        first.idempotencyKeys(),
        List.of(),
        null,
        null,
        PrioritiesImage.NONE);
  }

  /** As {@link #laterEvents}, for images. */
  static Map<String, ClusterImage> laterImages() {
    Map<String, ClusterImage> out = new LinkedHashMap<>(imagesBeforeArrays());
    out.put("ClusterImage-array", ofArray(null, List.of(), List.of()));
    out.put("ClusterImage-promised-room", LearntSamples.promisedRoom(image()));
    out.put("ClusterImage-learnt-trust", LearntSamples.trust(image()));
    out.put("ClusterImage-array-promised", ofArray(9, List.of(), List.of()));
    out.put(
        "ClusterImage-array-held",
        ofArray(
            null,
            List.of(new ArrayImage.OrdinalRun(9, 71), new ArrayImage.OrdinalRun(99, 99)),
            List.of(new ArrayImage.OrdinalRun(3, 5))));
    out.put(
        "ClusterImage-preemption", PreemptionSamples.image(ofArray(null, List.of(), List.of())));
    out.put("ClusterImage-lease", LeaseSamples.image(image()));
    out.put("ClusterImage-suspended", SuspensionSamples.image(image()));
    out.put("ClusterImage-stopped-on-some", SuspensionSamples.imageOfParts(image()));
    out.put("ClusterImage-yielding", PreemptionSamples.yielding(SuspensionSamples.image(image())));
    out.put("ClusterImage-preempted-by", PreemptionSamples.preemptedBy(image()));
    out.put(
        "ClusterImage-checkpoint",
        image()
            .withOnly(
                List.of(
                    Changed.with(
                        image().jobs().getFirst(),
                        "checkpoint",
                        new Checkpoint(1_760_000_030_000L, 29_000)))));
    out.put("ClusterImage-operator-end", OperatorSamples.image(image()));
    out.put("ClusterImage-payers", PayerSamples.image(image()));
    out.put("ClusterImage-wallets", WalletSamples.image(image()));
    out.put("ClusterImage-disputes", DisputeSamples.image(image()));
    out.put("ClusterImage-budgets", BudgetSamples.image(image()));
    out.put("ClusterImage-money", MoneySamples.image(image()));
    out.put("ClusterImage-prices", MoneySamples.laterImage(image()));
    out.put("ClusterImage-allowances", AllowanceSamples.image(image()));
    out.put("ClusterImage-billing", WalletSamples.billing(image()));
    out.put("ClusterImage-fiscal-years", MoneySamples.fiscalYears(image()));
    out.put("ClusterImage-contracts", AllowanceSamples.contracts(image()));
    out.put("ClusterImage-observed", ObservedSamples.image(image()));
    out.put("ClusterImage-imported", ObservedSamples.imported(image()));
    out.put("ClusterImage-steps", StepSamples.image(image()));
    out.put("ClusterImage-steps-recent", StepSamples.recent(image()));
    out.put("ClusterImage-led", image(led()));
    out.put("ClusterImage-part-use", withPriorities(image(), partUse()));
    out.put("ClusterImage-early-room", StepsImage.on(image(), List.of(), 2));
    out.put("ClusterImage-steps-short-of-memory", StepSamples.shortOfMemory(image()));
    out.put(
        "ClusterImage-planned",
        image()
            .with(
                new PlannedImage(
                    11,
                    List.of(
                        SHARES_PLANNED,
                        OWNER_PLANNED,
                        new PlannedChange(
                            11, 1_790_000_000_004L, new PlannedChange.Owner(PROJECT, null))))));
    out.put("ClusterImage-steps-accelerators", StepSamples.accelerators(image()));
    return out;
  }

  private static ClusterImage ofArray(
      Integer promised,
      List<ArrayImage.OrdinalRun> heldByUser,
      List<ArrayImage.OrdinalRun> heldByAdministrator) {
    ClusterImage first = image();
    ClusterImage.JobImage job = first.jobs().getFirst();
    ArrayImage array =
        new ArrayImage(
            List.of(new ArrayImage.OrdinalRun(2, 5), new ArrayImage.OrdinalRun(9, 571_428)),
            true,
            List.of(new ArrayImage.OrdinalRun(0, 3)),
            List.of(new ArrayImage.OrdinalRun(4, 4)),
            List.of(new ArrayImage.OrdinalRun(6, 6)),
            List.of(
                new ArrayImage.StateCount(JobState.COMPLETED, 2),
                new ArrayImage.StateCount(JobState.FAILED, 1)),
            1_760_000_000_005L,
            1_760_000_000_004L,
            promised,
            heldByUser,
            heldByAdministrator);
    return new ClusterImage(
        first.position(),
        first.timeMs(),
        first.lastJobId(),
        first.partitions(),
        first.tariffs(),
        first.domains(),
        first.projects(),
        first.users(),
        first.nodes(),
        List.of(
            ofArray(job, new JobId(12), array, null),
            ofArray(job, new JobId(13), null, new ArrayTask(new JobId(12), 7))),
        first.idempotencyKeys(),
        List.of(),
        null,
        null,
        PrioritiesImage.NONE);
  }

  private static ClusterImage.JobImage ofArray(
      ClusterImage.JobImage job, JobId id, ArrayImage array, ArrayTask task) {
    return new ClusterImage.JobImage(
        id,
        USER,
        "liwei",
        1234,
        SPEC_OF_ARRAY,
        JobState.PENDING,
        false,
        false,
        job.submitMs(),
        0,
        0,
        0,
        0,
        0,
        List.of(),
        null,
        null,
        "",
        job.submitMs(),
        List.of(),
        0,
        false,
        false,
        0,
        0,
        null,
        array,
        task,
        3,
        null,
        PreemptionImage.NONE,
        null,
        null,
        null,
        0,
        null);
  }

  private static ClusterImage withPriorities(
      ClusterImage first, List<PrioritiesImage.PartUseImage> partUse) {
    return new ClusterImage(
        first.position(),
        first.timeMs(),
        first.lastJobId(),
        first.partitions(),
        first.tariffs(),
        first.domains(),
        first.projects(),
        first.users(),
        first.nodes(),
        first.jobs(),
        first.idempotencyKeys(),
        List.of(),
        null,
        null,
        new PrioritiesImage(
            List.of(PLATFORM_DEFINED),
            List.of(QOS_DEFINED),
            POLICY,
            List.of(RULES_SET),
            1_760_000_000_000L,
            1_759_000_000_000L,
            List.of(new PrioritiesImage.UsageImage(PROJECT, USER, BigInteger.ONE.shiftLeft(90))),
            partUse));
  }

  private static List<PrioritiesImage.PartUseImage> partUse() {
    BigInteger used = BigInteger.ONE.shiftLeft(91);
    Subject qos = new Subject.Qos(QOS_DEFINED.name());
    return List.of(
        new PrioritiesImage.PartUseImage(qos, LimitScope.GROUP, "", used),
        new PrioritiesImage.PartUseImage(qos, LimitScope.USER, USER.value(), used.shiftRight(1)),
        new PrioritiesImage.PartUseImage(
            new Subject.Partition(new PartitionName("batch")),
            LimitScope.PROJECT,
            PROJECT.value(),
            used.add(BigInteger.TWO)));
  }

  private static Map<String, ClusterImage> imagesBeforeArrays() {
    ClusterImage first = image();
    ClusterImage.JobImage job = first.jobs().getFirst();
    return Map.of(
        "ClusterImage-learnt",
        LearntSamples.image(first),
        "ClusterImage-priorities",
        withPriorities(first, List.of()),
        "ClusterImage-terms",
        new ClusterImage(
            first.position(),
            first.timeMs(),
            first.lastJobId(),
            first.partitions(),
            first.tariffs(),
            first.domains(),
            first.projects(),
            first.users(),
            first.nodes(),
            List.of(
                new ClusterImage.JobImage(
                    job.id(),
                    USER,
                    "liwei",
                    1234,
                    SPEC_WITH_TERMS,
                    JobState.PENDING,
                    false,
                    false,
                    job.submitMs(),
                    0,
                    0,
                    0,
                    0,
                    0,
                    List.of(),
                    null,
                    null,
                    "",
                    1_760_000_000_001L,
                    List.of(
                        new DependencyImage(DependencyImage.Progress.FULFILLED, 5),
                        new DependencyImage(DependencyImage.Progress.FAILED, 0),
                        new DependencyImage(DependencyImage.Progress.WAITING, 0)),
                    0)),
            first.idempotencyKeys(),
            List.of(
                new ClusterImage.OutcomeImage(
                    new JobId(6), USER, PROJECT, 1_760_000_000_000L, 1_760_000_000_001L, true)),
            null,
            null,
            PrioritiesImage.NONE),
        "ClusterImage-signalled",
        signalled(first),
        "ClusterImage-nodes",
        withSettings(first),
        "ClusterImage-licences",
        first.with(
            List.of(new LicenceDefined("fluent", 40)), TopologyDefined.NONE, ExperienceImage.NONE),
        "ClusterImage-topology",
        first.with(List.of(), TOPOLOGY, ExperienceImage.NONE),
        "ClusterImage-runs",
        new ClusterImage(
            first.position(),
            first.timeMs(),
            first.lastJobId(),
            first.partitions(),
            first.tariffs(),
            first.domains(),
            first.projects(),
            first.users(),
            first.nodes(),
            List.of(
                Changed.with(
                    new ClusterImage.JobImage(
                        job.id(),
                        USER,
                        "liwei",
                        1234,
                        SPEC,
                        JobState.PENDING,
                        false,
                        true,
                        job.submitMs(),
                        7,
                        0,
                        0,
                        0,
                        0,
                        List.of(),
                        null,
                        null,
                        "",
                        job.submitMs(),
                        List.of(),
                        123_456_789),
                    "heldForRequeues",
                    true)),
            first.idempotencyKeys(),
            List.of(),
            new JobPolicyDefined(7),
            null,
            PrioritiesImage.NONE),
        "ClusterImage-reservations",
        ReservationSamples.image(first),
        "ClusterImage-scheduling",
        new ClusterImage(
            first.position(),
            first.timeMs(),
            first.lastJobId(),
            first.partitions(),
            first.tariffs(),
            first.domains(),
            first.projects(),
            first.users(),
            first.nodes(),
            List.of(),
            first.idempotencyKeys(),
            List.of(),
            null,
            new SchedulingDefined("easy", 17),
            PrioritiesImage.NONE));
  }

  private static final RunMetrics METRICS =
      new RunMetrics(
          RUN,
          List.of(
              CounterValue.exact(Counter.CPU_USER, 1_234_567),
              new CounterValue(Counter.CYCLES.number(), CounterValue.State.SCALED, 250, 1L << 40),
              new CounterValue(900, CounterValue.State.FAILED, 24, 0)));

  static Map<String, AgentMessage> fromAgent() {
    Map<String, AgentMessage> out = new LinkedHashMap<>();
    for (AgentMessage message :
        List.of(
            new AgentMessage.Hello(1, 1, FACTS, 4, List.of(RUN), List.of(EXIT)),
            new AgentMessage.Heartbeat(9, 1500, 123_456_789, 1L << 33, 1L << 35, List.of(RUN)),
            new AgentMessage.RunStartedReport(RUN, 1_760_000_000_100L),
            new AgentMessage.RunSuspendedReport(RUN, true, 1_760_000_030_000L, 0),
            new AgentMessage.RunEndedReport(EXIT),
            new AgentMessage.RunMetricsReport(METRICS, new byte[0]),
            new AgentMessage.RunSamplesReport(RUN, new byte[] {1, 2}),
            new AgentMessage.BridgeHello(4, 5, ObservedSamples.CLUSTER, "22.05.8"),
            new AgentMessage.ObservedRuns(7, List.of(ObservedSamples.RUN), 1_760_000_700_000L),
            new AgentMessage.DesiredSetApplied(4, 17),
            new AgentMessage.OutputChunk(
                5, AgentMessage.ReadStatus.OK, 1000, new byte[] {1, 2, 3}, "short"),
            new AgentMessage.StepRequest(7, RUN, 1234, "pi", 64, List.of(NODE), "10.0.0.7", 40_123),
            new AgentMessage.StepEndedReport(RUN, 3, 137),
            new AgentMessage.StepsWanted(RUN),
            new AgentMessage.CheckpointRequest(8, RUN, 1234),
            new AgentMessage.Enrol(1, 1, NODE, "code", new byte[] {4}),
            new AgentMessage.Renew(new byte[] {5}))) {
      out.put(message.getClass().getSimpleName(), message);
    }
    return out;
  }

  /** Messages of agents with what older ones did not say. */
  static Map<String, AgentMessage> laterFromAgent() {
    Map<String, AgentMessage> out = new LinkedHashMap<>();
    out.put("Hello-steps", StepSamples.hello());
    out.put("ObservedRuns-now", ObservedSamples.withNow());
    out.put("ObservedRuns-resources", ObservedSamples.withResources());
    NodeHealth health = new NodeHealth("scratch is not mounted", 1_760_000_000_000L);
    out.put(
        "Heartbeat-health",
        new AgentMessage.Heartbeat(1, 1, 1, 1, 2, List.of(), List.of(), health));
    out.put("RunEndedReport-fault", new AgentMessage.RunEndedReport(EXIT.withNodeFault("epilog")));
    return out;
  }

  static Map<String, ServerMessage> fromServer() {
    Map<String, ServerMessage> out = new LinkedHashMap<>();
    for (ServerMessage message :
        List.of(
            new ServerMessage.BridgeWelcome(4, 1_760_000_700_000L),
            new ServerMessage.RunsRecorded(7, 1, 2, 3, 1_760_000_700_000L),
            new ServerMessage.Welcome(1, 4),
            new ServerMessage.Refused("enrol again"),
            new ServerMessage.DesiredSet(
                4, 17, List.of(new ServerMessage.DesiredRun(RUN, false, 30_000, new byte[] {9}))),
            new ServerMessage.ExitsAcknowledged(List.of(RUN), 99),
            new ServerMessage.MetricsStored(List.of(RUN)),
            new ServerMessage.ReadOutput(5, new byte[] {8, 7}),
            StepSamples.answer(),
            new ServerMessage.StepOrder(RUN, new byte[] {3, 2}),
            new ServerMessage.HostWanted(RUN),
            new ServerMessage.CheckpointAnswer(8, "job 7 does not run"),
            new ServerMessage.Certified(new byte[] {6}, new byte[] {7}))) {
      out.put(message.getClass().getSimpleName(), message);
    }
    return out;
  }

  /** As the first image, with a run that is to get its warning signal. */
  private static ClusterImage signalled(ClusterImage first) {
    ClusterImage.JobImage job = first.jobs().getFirst();
    return new ClusterImage(
        first.position(),
        first.timeMs(),
        first.lastJobId(),
        first.partitions(),
        first.tariffs(),
        first.domains(),
        first.projects(),
        first.users(),
        first.nodes(),
        List.of(
            Changed.with(
                new ClusterImage.JobImage(
                    job.id(),
                    USER,
                    "liwei",
                    1234,
                    SPEC,
                    JobState.RUNNING,
                    false,
                    false,
                    job.submitMs(),
                    1,
                    job.startMs(),
                    0,
                    0,
                    0,
                    List.of(ALLOCATION),
                    null,
                    null,
                    "",
                    job.submitMs(),
                    List.of(),
                    0),
                "signalled",
                true)),
        first.idempotencyKeys(),
        List.of(),
        null,
        null,
        PrioritiesImage.NONE);
  }

  /** As {@link #laterEvents}, for messages of the server. */
  static Map<String, ServerMessage> laterFromServer() {
    return Map.of(
        "ExitsAcknowledged-heard",
        new ServerMessage.ExitsAcknowledged(List.of(), 99, 17),
        "DesiredSet-suspension",
        SuspensionSamples.desired(),
        "DesiredSet-asked",
        SuspensionSamples.asked(),
        "DesiredSet-signal",
        new ServerMessage.DesiredSet(
            4,
            17,
            List.of(new ServerMessage.DesiredRun(RUN, false, 30_000, new byte[0], 10, true))));
  }

  /** A project with somebody who leads it and a cost centre. */
  private static ProjectDefined led() {
    return new ProjectDefined(
        PROJECT, "Climate", List.of(new DomainShare(DOMAIN, 1000)), USER, "KST 4711 / 气候");
  }

  static ClusterImage image() {
    return image(new ProjectDefined(PROJECT, "Climate", List.of(new DomainShare(DOMAIN, 1000))));
  }

  private static ClusterImage image(ProjectDefined project) {
    return new ClusterImage(
        99,
        1_760_000_060_200L,
        RUN.job().value(),
        List.of(PARTITION_DEFINED),
        List.of(TARIFF_DEFINED),
        List.of(DOMAIN_DEFINED),
        List.of(
            new ClusterImage.ProjectImage(
                project, List.of(new ClusterImage.MemberImage(USER, MemberRank.MEMBER)))),
        List.of(new ClusterImage.UserImage(USER_DEFINED, List.of(Role.RESEARCHER))),
        List.of(
            new ClusterImage.NodeImage(
                FACTS, NodeState.DOWN, 1_760_000_000_000L, "silent", true, "fan", 17)),
        List.of(
            new ClusterImage.JobImage(
                RUN.job(),
                USER,
                "liwei",
                1234,
                SPEC,
                JobState.COMPLETING,
                true,
                true,
                1_760_000_000_000L,
                2,
                1_760_000_000_050L,
                1_760_000_000_100L,
                0,
                0,
                List.of(ALLOCATION),
                KillCause.CANCELLED,
                EXIT,
                "detail",
                0,
                List.of(),
                0)),
        List.of(
            new ClusterImage.IdempotencyImage(USER, "key-1", HASH, RUN.job(), 1_760_000_000_000L)),
        List.of(),
        null,
        null,
        PrioritiesImage.NONE);
  }
}
