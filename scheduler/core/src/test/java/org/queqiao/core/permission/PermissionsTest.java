package org.queqiao.core.permission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.core.message.Action;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.EventApplier;

/**
 * All triples of who, what and in which scope, compared with a second table that is written by the
 * rows of the security page and shares nothing with the first.
 */
final class PermissionsTest {
  private static final ProjectName OWN = new ProjectName("own");
  private static final ProjectName OTHER = new ProjectName("other");
  private static final UserName VICTIM = new UserName("victim");

  private final Cluster cluster = new Cluster();
  private final EventApplier applier = new EventApplier(cluster);
  private final Permissions permissions = new Permissions(cluster.accounts());

  PermissionsTest() {
    apply(new PartitionDefined(new PartitionName("batch"), true, 1, 2));
    apply(new DomainDefined(new DomainCode("earth"), "Earth"));
    for (ProjectName project : List.of(OWN, OTHER)) {
      apply(
          new ProjectDefined(
              project, "t", List.of(new DomainShare(new DomainCode("earth"), 1000))));
    }
    user("victim");
    user("stranger");
    user("member");
    apply(new MembershipSet(OWN, new UserName("member"), MemberRank.MEMBER));
    user("manager");
    apply(new MembershipSet(OWN, new UserName("manager"), MemberRank.MANAGER));
    user("pi");
    apply(
        new ProjectDefined(OWN, "t", List.of(new DomainShare(new DomainCode("earth"), 1000)))
            .withPi(new UserName("pi")));
    for (Role role : Role.values()) {
      String name = role.name().toLowerCase(Locale.ROOT);
      user(name);
      apply(new RoleGranted(new UserName(name), role));
    }
    user("financemember");
    apply(new RoleGranted(new UserName("financemember"), Role.FINANCE));
    apply(new MembershipSet(OWN, new UserName("financemember"), MemberRank.MEMBER));
  }

  private void user(String name) {
    apply(new UserDefined(new UserName(name), name, name, 1000, null));
  }

  private void apply(Event event) {
    applier.apply(new LoggedEvent(cluster.position() + 1, 1, 1, Actor.localOwner("root"), event));
  }

  private static List<Actor> actors() {
    List<Actor> out = new ArrayList<>();
    for (String name :
        List.of(
            "stranger",
            "member",
            "manager",
            "pi",
            "researcher",
            "administrator",
            "finance",
            "auditor",
            "financemember",
            "nobody")) {
      out.add(Actor.user(new UserName(name)));
    }
    out.add(Actor.localOwner("root"));
    out.add(Actor.SCHEDULER);
    out.add(new Actor(Actor.Kind.NODE, "administrator"));
    out.add(new Actor(Actor.Kind.USER, "Administrator"));
    return out;
  }

  /** Every action in every scope, with the name by which the second table knows it. */
  private static Map<String, Action> actions() {
    TreeMap<String, Action> out = new TreeMap<>();
    out.put("submit own", new Action.SubmitJob(OWN));
    out.put("submit other", new Action.SubmitJob(OTHER));
    out.put("submit unknown", new Action.SubmitJob(new ProjectName("unknown")));
    out.put("control own", new Action.ControlJob(VICTIM, OWN));
    out.put("control other", new Action.ControlJob(VICTIM, OTHER));
    out.put("see own", new Action.SeeJob(VICTIM, OWN));
    out.put("see other", new Action.SeeJob(VICTIM, OTHER));
    out.put("content", new Action.SeeJobContent(VICTIM));
    out.put("release", new Action.ReleaseAdministratorHold());
    out.put("suspend", new Action.SuspendJob());
    out.put("nodes", new Action.ControlNodes());
    out.put("site", new Action.DefineSite());
    out.put("tariff", new Action.DefineTariff());
    out.put("wallet", new Action.FundWallet());
    out.put("money", new Action.ChangeMoney());
    out.put("dispute own", new Action.Dispute(OWN));
    out.put("dispute other", new Action.Dispute(OTHER));
    out.put("budget own", new Action.SetBudget(OWN, false));
    out.put("budget of user own", new Action.SetBudget(OWN, true));
    out.put("budget of user other", new Action.SetBudget(OTHER, true));
    for (Role role : Role.values()) {
      out.put("grant " + role, new Action.GrantRole(role));
    }
    for (ProjectName project : List.of(OWN, OTHER)) {
      for (MemberRank from : new MemberRank[] {null, MemberRank.MEMBER, MemberRank.MANAGER}) {
        for (MemberRank to : new MemberRank[] {null, MemberRank.MEMBER, MemberRank.MANAGER}) {
          out.put(
              "member " + project + " " + from + " " + to,
              new Action.ChangeMember(project, from, to));
        }
      }
    }
    return out;
  }

  /** The second table: for each principal everything that it may, and nothing else. */
  private static Set<String> allowed(Actor actor) {
    TreeSet<String> out = new TreeSet<>();
    if (actor.kind() == Actor.Kind.LOCAL_OWNER) {
      out.addAll(List.of("see own", "see other", "nodes", "site", "tariff", "wallet", "money"));
      out.addAll(List.of("budget own", "budget of user own", "budget of user other"));
      out.addAll(
          List.of("grant RESEARCHER", "grant ADMINISTRATOR", "grant FINANCE", "grant AUDITOR"));
      addMembers(out, "own", true);
      addMembers(out, "other", true);
    }
    if (actor.kind() != Actor.Kind.USER) {
      return out;
    }
    switch (actor.name()) {
      case "member" -> out.addAll(List.of("submit own", "dispute own"));
      case "manager", "pi" -> {
        out.addAll(List.of("submit own", "control own", "see own", "budget of user own"));
        out.add("dispute own");
        addMembers(out, "own", false);
      }
      case "administrator" -> {
        out.addAll(List.of("control own", "control other", "see own", "see other", "release"));
        out.addAll(List.of("suspend", "nodes", "site", "grant RESEARCHER"));
        addMembers(out, "own", true);
        addMembers(out, "other", true);
      }
      case "finance", "financemember" -> {
        out.addAll(List.of("see own", "see other", "tariff", "wallet", "money"));
        out.addAll(List.of("budget own", "budget of user own", "budget of user other"));
        if (actor.name().equals("financemember")) {
          out.add("dispute own");
        }
      }
      case "auditor" -> out.addAll(List.of("see own", "see other"));
      default -> {
        // Strangers, researchers without a project and unknown names may nothing.
      }
    }
    return out;
  }

  private static void addMembers(Set<String> out, String project, boolean managers) {
    List<String> ranks =
        managers ? List.of("null", "MEMBER", "MANAGER") : List.of("null", "MEMBER");
    for (String from : ranks) {
      for (String to : ranks) {
        out.add("member " + project + " " + from + " " + to);
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> mayExactlyThis() {
    return actors().stream()
        .map(actor ->
            DynamicTest.dynamicTest(
                actor.toString(),
                () -> {
                  TreeSet<String> permitted = new TreeSet<>();
                  actions()
                      .forEach((name, action) -> {
                        if (permissions.permit(actor, action)) {
                          permitted.add(name);
                        }
                      });
                  assertThat(permitted).isEqualTo(allowed(actor));
                }));
  }

  @Test
  void everyoneControlsAndReadsTheirOwnJobs() {
    Actor victim = Actor.user(VICTIM);
    assertThat(permissions.permit(victim, new Action.ControlJob(VICTIM, OTHER))).isTrue();
    assertThat(permissions.permit(victim, new Action.SeeJob(VICTIM, OTHER))).isTrue();
    assertThat(permissions.permit(victim, new Action.SeeJobContent(VICTIM))).isTrue();
    assertThat(permissions.permit(victim, new Action.SubmitJob(OTHER))).isFalse();
  }

  @Test
  void theTablesCoverEveryKindOfAction() {
    TreeSet<String> covered = new TreeSet<>();
    actions().values().forEach(action -> covered.add(action.getClass().getSimpleName()));
    TreeSet<String> all = new TreeSet<>();
    Arrays.stream(Action.class.getPermittedSubclasses())
        .forEach(each -> all.add(each.getSimpleName()));
    assertThat(covered).isEqualTo(all);
  }
}
