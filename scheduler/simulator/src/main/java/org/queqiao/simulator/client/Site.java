package org.queqiao.simulator.client;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.node.NetworkSwitch;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.message.Input;

/** The small site that simulations take place in. */
public final class Site {
  /** Who owns the data folder. */
  public static final Actor OWNER = Actor.localOwner("root");

  /** An account with the administrator's role. */
  public static final Actor ADMINISTRATOR = Actor.user(new UserName("admin"));

  /** Accounts that submit. */
  public static final List<Actor> USERS =
      List.of(
          Actor.user(new UserName("lin")),
          Actor.user(new UserName("mei")),
          Actor.user(new UserName("tao")));

  /** Accounts with the role of finance. */
  static final List<Actor> CLERKS =
      List.of(Actor.user(new UserName("yun")), Actor.user(new UserName("han")));

  static final ProjectName CLIMATE = new ProjectName("climate");
  static final ProjectName MATERIALS = new ProjectName("materials");
  static final PartitionName PARTITION = new PartitionName("main");

  /** A partition of the first two nodes. */
  static final PartitionName SMALL = new PartitionName("small");

  private static final int FIRST_UID = 2_001;
  private static final long GIBIBYTE = 1L << 30;

  /** Jobs that may be pushed aside and run again. */
  static final QosName LOW = new QosName("low");

  /** Jobs that may be pushed aside and end. */
  static final QosName SPARE = new QosName("spare");

  /** Jobs that push these aside. */
  static final QosName URGENT = new QosName("urgent");

  private Site() {}

  /**
   * What sets the site up, in order.
   *
   * @param grantMicro what is in the wallet of the first project
   */
  public static List<Input> inputs(long grantMicro) {
    DomainCode physics = new DomainCode("physics");
    DomainCode chemistry = new DomainCode("chemistry");
    List<Input> inputs = new ArrayList<>();
    inputs.addAll(partitions());
    inputs.add(new Input.DefineTariff(OWNER, new TariffDefined(PARTITION, 100_000, "CNY", 0)));
    inputs.add(
        new Input.DefineTopology(
            OWNER,
            new TopologyDefined(
                List.of(
                    new NetworkSwitch("core", "", ""),
                    new NetworkSwitch("left", "core", "n0,n1,n2"),
                    new NetworkSwitch("right", "core", "n3,n4,n5")))));
    inputs.add(new Input.DefineLicence(OWNER, new LicenceDefined("solver", 2)));
    inputs.add(new Input.DefineTariff(OWNER, new TariffDefined(SMALL, 50_000, "CNY", 0)));
    inputs.add(new Input.DefineDomain(OWNER, new DomainDefined(physics, "Physics")));
    inputs.add(new Input.DefineDomain(OWNER, new DomainDefined(chemistry, "Chemistry")));
    inputs.add(
        new Input.DefineProject(
            OWNER,
            new ProjectDefined(CLIMATE, "Climate", List.of(new DomainShare(physics, 1_000)))));
    inputs.add(
        new Input.DefineProject(
            OWNER,
            new ProjectDefined(
                MATERIALS,
                "Materials",
                List.of(new DomainShare(physics, 400), new DomainShare(chemistry, 600)))));
    inputs.add(new Input.FundWallet(OWNER, new WalletFunded(CLIMATE, grantMicro, "CNY", "grant")));
    int uid = FIRST_UID;
    for (Actor each : USERS) {
      UserName user = new UserName(each.name());
      ProjectName project = uid % 2 == 0 ? CLIMATE : MATERIALS;
      inputs.add(
          new Input.DefineUser(
              OWNER, new UserDefined(user, each.name(), each.name(), uid, project)));
      inputs.add(
          new Input.SetMembership(OWNER, new MembershipSet(project, user, MemberRank.MEMBER)));
      uid++;
    }
    UserName administrator = new UserName(ADMINISTRATOR.name());
    inputs.add(
        new Input.DefineUser(OWNER, new UserDefined(administrator, "Administrator", "", -1, null)));
    inputs.add(new Input.GrantRole(OWNER, new RoleGranted(administrator, Role.ADMINISTRATOR)));
    for (Actor each : CLERKS) {
      UserName clerk = new UserName(each.name());
      inputs.add(new Input.DefineUser(OWNER, new UserDefined(clerk, each.name(), "", -1, null)));
      inputs.add(new Input.GrantRole(OWNER, new RoleGranted(clerk, Role.FINANCE)));
    }
    inputs.addAll(limits());
    return inputs;
  }

  /** The small one is planned first and pushes runs of the other aside. */
  private static List<Input> partitions() {
    return List.of(
        new Input.DefinePartition(
            OWNER,
            new PartitionDefined(
                PARTITION,
                true,
                60_000,
                3_600_000,
                "",
                false,
                PartitionDefined.TIER,
                new PreemptRules(PreemptMode.REQUEUE, 5_000, 1_000))),
        new Input.DefinePartition(
            OWNER,
            new PartitionDefined(
                SMALL, false, 60_000, 3_600_000, "n0,n1", false, 2, PreemptRules.OFF)));
  }

  /** Some are tight, so that jobs wait for them, and none keeps a job from starting for ever. */
  private static List<Input> limits() {
    return List.of(
        new Input.DefineQos(
            OWNER,
            new QosDefined(
                LOW, "Low", 0, List.of(), new PreemptRules(PreemptMode.REQUEUE, 4_000, 3_000))),
        new Input.DefineQos(
            OWNER,
            new QosDefined(
                SPARE, "Spare", 0, List.of(), new PreemptRules(PreemptMode.SUSPEND, 0, 0))),
        new Input.DefineQos(OWNER, new QosDefined(URGENT, "Urgent", 500_000, List.of(LOW, SPARE))),
        limit(new Subject.Qos(URGENT), LimitScope.GROUP, Quantity.RUNNING_JOBS, 1),
        limit(
            new Subject.User(new UserName(USERS.getFirst().name())),
            LimitScope.GROUP,
            Quantity.RUNNING_JOBS,
            3),
        limit(
            new Subject.User(new UserName(USERS.getLast().name())),
            LimitScope.GROUP,
            Quantity.SUBMITTED_JOBS,
            8),
        limit(new Subject.Partition(PARTITION), LimitScope.USER, Quantity.NODES, 4),
        limit(new Subject.Centre(), LimitScope.GROUP, Quantity.CORES, 20));
  }

  private static Input limit(Subject subject, LimitScope scope, Quantity quantity, long most) {
    Limit limit = new Limit(scope, quantity, "", most);
    return new Input.SetRules(
        OWNER, new RulesSet(subject, new Rules(1, null, List.of(), null, 0, List.of(limit))));
  }

  /** What the site says of a node: the later ones are given away first. */
  public static NodeSettings settings(int index) {
    return new NodeSettings(
        index % 2 == 0 ? List.of("even", "fast") : List.of("odd", "fast"),
        10 - index,
        index == 0 ? "fat" : "");
  }

  /** What a node looks like; the first one has accelerators. */
  public static NodeFacts node(int index) {
    List<NodeFacts.GresInventory> gres =
        index == 0 ? List.of(new NodeFacts.GresInventory("gpu", "a100", 2)) : List.of();
    return new NodeFacts(
        new NodeName("n" + index),
        "boot-0",
        4 + index % 3,
        (2 + index % 2) * GIBIBYTE,
        gres,
        "1",
        "6",
        List.of(),
        index % 2 == 0
            ? List.of()
            : List.of(
                new NodeFacts.NumaNode(0, List.of(0, 1)),
                new NodeFacts.NumaNode(1, IntStream.range(2, 4 + index % 3).boxed().toList())));
  }
}
