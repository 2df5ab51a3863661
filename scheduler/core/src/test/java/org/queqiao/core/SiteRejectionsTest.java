package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.BATCH;
import static org.queqiao.core.SchedulerStory.BEGIN_MS;
import static org.queqiao.core.SchedulerStory.CLIMATE;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.MATERIALS;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.user;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.MembershipRemoved;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.event.RoleRevoked;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Rejection.Code;

/** Every other way in which an input is refused, and the definitions that change nothing. */
final class SiteRejectionsTest {
  private static final UserName LIWEI = new UserName("liwei");
  private static final UserName MANAGER = new UserName("zhangmin");
  private static final UserName NOBODY = new UserName("nobody");
  private static final NodeName N1 = new NodeName("n1");

  private record Row(String name, Input input, Code code, String field, String words) {}

  private static TariffDefined tariff(long price, String currency, long fromMs) {
    return new TariffDefined(BATCH, price, currency, fromMs);
  }

  private static PartitionDefined partition(long defaultMs, long maxMs) {
    return new PartitionDefined(new PartitionName("long"), false, defaultMs, maxMs);
  }

  private static ProjectDefined project(DomainShare... shares) {
    return new ProjectDefined(new ProjectName("physics"), "Physics", List.of(shares));
  }

  private static DomainShare share(String domain, int permille) {
    return new DomainShare(new DomainCode(domain), permille);
  }

  private static List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    forbidden(rows);
    wrongDefinitions(rows);
    wrongMoney(rows);
    unknown(rows);
    return rows;
  }

  private static void forbidden(List<Row> rows) {
    JobId job = new JobId(1);
    add(
        rows,
        "R12 a manager grants ADMINISTRATOR",
        new Input.GrantRole(user("zhangmin"), new RoleGranted(LIWEI, Role.ADMINISTRATOR)),
        Code.FORBIDDEN,
        "",
        "owner of the data folder");
    add(
        rows,
        "a manager grants RESEARCHER to the whole site",
        new Input.GrantRole(user("zhangmin"), new RoleGranted(LIWEI, Role.RESEARCHER)),
        Code.FORBIDDEN,
        "",
        "administrator");
    for (Role role : List.of(Role.ADMINISTRATOR, Role.FINANCE, Role.AUDITOR)) {
      add(
          rows,
          "an administrator grants " + role,
          new Input.GrantRole(user("admin1"), new RoleGranted(new UserName("admin1"), role)),
          Code.FORBIDDEN,
          "",
          "owner of the data folder");
      add(
          rows,
          "an administrator revokes " + role,
          new Input.RevokeRole(user("admin1"), new RoleRevoked(new UserName("finance1"), role)),
          Code.FORBIDDEN,
          "",
          "owner of the data folder");
    }
    add(
        rows,
        "a manager makes a manager",
        new Input.SetMembership(
            user("zhangmin"), new MembershipSet(CLIMATE, LIWEI, MemberRank.MANAGER)),
        Code.FORBIDDEN,
        "",
        "managers too");
    add(
        rows,
        "a manager demotes a manager",
        new Input.SetMembership(
            user("zhangmin"), new MembershipSet(CLIMATE, MANAGER, MemberRank.MEMBER)),
        Code.FORBIDDEN,
        "",
        "managers too");
    add(
        rows,
        "a manager of another project",
        new Input.SetMembership(
            user("zhangmin"), new MembershipSet(MATERIALS, LIWEI, MemberRank.MEMBER)),
        Code.FORBIDDEN,
        "",
        "project materials");
    add(
        rows,
        "a member removes a member",
        new Input.RemoveMembership(user("liwei"), new MembershipRemoved(CLIMATE, LIWEI)),
        Code.FORBIDDEN,
        "",
        "manager");
    add(
        rows,
        "an administrator sets a price",
        new Input.DefineTariff(user("admin1"), tariff(1, "CNY", 0)),
        Code.FORBIDDEN,
        "",
        "finance");
    add(
        rows,
        "an administrator funds a wallet",
        new Input.FundWallet(user("admin1"), new WalletFunded(CLIMATE, 1, "CNY", "gift")),
        Code.FORBIDDEN,
        "",
        "finance");
    add(
        rows,
        "M12 the auditor funds a wallet",
        new Input.FundWallet(user("auditor1"), new WalletFunded(CLIMATE, 1, "CNY", "gift")),
        Code.FORBIDDEN,
        "",
        "finance");
    add(
        rows,
        "M12 finance cancels a job",
        new Input.CancelJob(user("finance1"), job),
        Code.FORBIDDEN,
        "",
        "owner");
    add(
        rows,
        "a member cancels a fellow's job",
        new Input.CancelJob(user("wangfang"), job),
        Code.NOT_FOUND,
        "id",
        "no job 1");
    add(
        rows,
        "a stranger cancels a job",
        new Input.CancelJob(user("chenjie"), job),
        Code.NOT_FOUND,
        "id",
        "no job 1");
    add(
        rows,
        "the data folder's owner cancels a job",
        new Input.CancelJob(OWNER, job),
        Code.FORBIDDEN,
        "",
        "owner");
    add(
        rows,
        "a stranger holds a job",
        new Input.HoldJob(user("chenjie"), job),
        Code.NOT_FOUND,
        "id",
        "no job 1");
    add(
        rows,
        "a stranger releases a job",
        new Input.ReleaseJob(user("chenjie"), job),
        Code.NOT_FOUND,
        "id",
        "no job 1");
    for (Actor actor : List.of(user("liwei"), user("finance1"), Actor.node(N1), Actor.SCHEDULER)) {
      add(
          rows,
          actor + " drains",
          new Input.DrainNode(actor, N1, "fan"),
          Code.FORBIDDEN,
          "",
          "administrator");
      add(
          rows,
          actor + " resumes",
          new Input.ResumeNode(actor, N1),
          Code.FORBIDDEN,
          "",
          "administrator");
      add(
          rows,
          actor + " fences",
          new Input.FenceNode(actor, N1, "burnt"),
          Code.FORBIDDEN,
          "",
          "administrator");
      add(
          rows,
          actor + " defines a wrong partition",
          new Input.DefinePartition(actor, partition(0, 0)),
          Code.FORBIDDEN,
          "",
          "administrator");
      add(
          rows,
          actor + " defines a user",
          new Input.DefineUser(actor, new UserDefined(NOBODY, "x", "root", 0, null)),
          Code.FORBIDDEN,
          "",
          "administrator");
    }
  }

  private static void wrongDefinitions(List<Row> rows) {
    add(
        rows,
        "default limit 0",
        new Input.DefinePartition(OWNER, partition(0, HOUR_MS)),
        Code.INVALID,
        "maxLimitMs",
        "positive");
    add(
        rows,
        "default above maximum",
        new Input.DefinePartition(OWNER, partition(2, 1)),
        Code.INVALID,
        "maxLimitMs",
        "at most the maximum");
    add(
        rows,
        "endless maximum",
        new Input.DefinePartition(OWNER, partition(1, Long.MAX_VALUE)),
        Code.INVALID,
        "maxLimitMs",
        "at most");
    add(
        rows,
        "domain without title",
        new Input.DefineDomain(OWNER, new DomainDefined(new DomainCode("x"), " ")),
        Code.INVALID,
        "title",
        "empty");
    add(
        rows,
        "a domain below none",
        new Input.DefineDomain(OWNER, domain("x", "earht")),
        Code.INVALID,
        "parent",
        "did you mean earth");
    add(
        rows,
        "a domain below itself",
        new Input.DefineDomain(OWNER, domain("x", "x")),
        Code.INVALID,
        "parent",
        "no part of itself");
    add(
        rows,
        "no domain",
        new Input.DefineProject(OWNER, project()),
        Code.INVALID,
        "domains",
        "sum to 0");
    add(
        rows,
        "shares of 999",
        new Input.DefineProject(OWNER, project(share("earth", 999))),
        Code.INVALID,
        "domains",
        "sum to 999");
    add(
        rows,
        "a domain twice",
        new Input.DefineProject(OWNER, project(share("earth", 500), share("earth", 500))),
        Code.INVALID,
        "domains",
        "once");
    add(
        rows,
        "a share of 0",
        new Input.DefineProject(OWNER, project(share("earth", 0))),
        Code.INVALID,
        "domains",
        "once");
    add(
        rows,
        "an unknown domain",
        new Input.DefineProject(OWNER, project(share("erth", 1000))),
        Code.INVALID,
        "domains",
        "did you mean earth?");
    add(
        rows,
        "an unknown default project",
        new Input.DefineUser(
            OWNER, new UserDefined(NOBODY, "x", "", -1, new ProjectName("unknown"))),
        Code.INVALID,
        "defaultProject",
        "no project");
    add(
        rows,
        "a Unix user like an option",
        new Input.DefineUser(OWNER, new UserDefined(NOBODY, "x", "-rf", 1000, null)),
        Code.INVALID,
        "unixUser",
        "match");
    add(
        rows,
        "a title with ANSI",
        new Input.DefineUser(OWNER, new UserDefined(NOBODY, "\u001b[2J", "", -1, null)),
        Code.INVALID,
        "title",
        "control character");
    add(
        rows,
        "a drain without reason",
        new Input.DrainNode(user("admin1"), N1, ""),
        Code.INVALID,
        "reason",
        "say why");
  }

  private static void wrongMoney(List<Row> rows) {
    Actor finance = user("finance1");
    add(
        rows,
        "M5 a price in the past",
        new Input.DefineTariff(finance, tariff(1, "CNY", BEGIN_MS - 1)),
        Code.INVALID,
        "validFromMs",
        "in the past");
    add(
        rows,
        "a price below zero",
        new Input.DefineTariff(finance, tariff(-1, "CNY", 0)),
        Code.INVALID,
        "priceMicroPerCoreHour",
        "from 0 to");
    add(
        rows,
        "a price without end",
        new Input.DefineTariff(finance, tariff(Long.MAX_VALUE, "CNY", 0)),
        Code.INVALID,
        "priceMicroPerCoreHour",
        "from 0 to");
    add(
        rows,
        "no currency",
        new Input.DefineTariff(finance, tariff(1, "yuan", 0)),
        Code.INVALID,
        "currency",
        "ISO 4217");
    add(
        rows,
        "M4 another currency",
        new Input.DefineTariff(finance, tariff(1, "USD", 0)),
        Code.INVALID,
        "currency",
        "in CNY");
    add(
        rows,
        "another price from the same instant",
        new Input.DefineTariff(finance, tariff(7, "CNY", BEGIN_MS + HOUR_MS)),
        Code.CONFLICT,
        "validFromMs",
        "another instant");
    add(
        rows,
        "nothing is put into a wallet",
        new Input.FundWallet(finance, new WalletFunded(CLIMATE, 0, "CNY", "gift")),
        Code.INVALID,
        "amountMicro",
        "from 1 to");
    add(
        rows,
        "money is taken out of a wallet",
        new Input.FundWallet(finance, new WalletFunded(CLIMATE, -5, "CNY", "gift")),
        Code.INVALID,
        "amountMicro",
        "from 1 to");
    add(
        rows,
        "M4 a wallet in another currency",
        new Input.FundWallet(finance, new WalletFunded(CLIMATE, 5, "USD", "gift")),
        Code.INVALID,
        "currency",
        "in CNY");
    add(
        rows,
        "money without a reason",
        new Input.FundWallet(finance, new WalletFunded(CLIMATE, 5, "CNY", "")),
        Code.INVALID,
        "reason",
        "say why");
    add(
        rows,
        "M4 a wallet of no project",
        new Input.FundWallet(
            finance, new WalletFunded(new ProjectName("unknown"), 5, "CNY", "gift")),
        Code.INVALID,
        "project",
        "no project");
    add(
        rows,
        "a price of no partition",
        new Input.DefineTariff(
            finance, new TariffDefined(new PartitionName("unknown"), 1, "CNY", 0)),
        Code.INVALID,
        "partition",
        "no partition");
  }

  private static void unknown(List<Row> rows) {
    add(
        rows,
        "a role for nobody",
        new Input.GrantRole(OWNER, new RoleGranted(NOBODY, Role.RESEARCHER)),
        Code.NOT_FOUND,
        "user",
        "no account");
    add(
        rows,
        "a role from nobody",
        new Input.RevokeRole(OWNER, new RoleRevoked(NOBODY, Role.RESEARCHER)),
        Code.NOT_FOUND,
        "user",
        "no account");
    add(
        rows,
        "nobody as a member",
        new Input.SetMembership(OWNER, new MembershipSet(CLIMATE, NOBODY, MemberRank.MEMBER)),
        Code.NOT_FOUND,
        "user",
        "no account");
    add(
        rows,
        "a member of nothing",
        new Input.SetMembership(
            OWNER, new MembershipSet(new ProjectName("unknown"), LIWEI, MemberRank.MEMBER)),
        Code.NOT_FOUND,
        "project",
        "no project");
    add(
        rows,
        "no such job",
        new Input.CancelJob(user("admin1"), new JobId(99)),
        Code.NOT_FOUND,
        "id",
        "no job 99");
    add(
        rows,
        "a start at no time",
        new Input.RunStarted(N1, new RunId(new JobId(1), 1), 0),
        Code.INVALID,
        "startMs",
        "cannot have started");
  }

  private static void add(
      List<Row> rows, String name, Input input, Code code, String field, String words) {
    rows.add(new Row(name, input, code, field, words));
  }

  private static SchedulerStory cluster() {
    SchedulerStory story = SchedulerStory.site();
    story.node("n1", 4);
    story.submits("liwei");
    story.does(new Input.DefineTariff(user("finance1"), tariff(5, "CNY", BEGIN_MS + HOUR_MS)));
    return story;
  }

  @TestFactory
  Stream<DynamicTest> isRefused() {
    SchedulerStory story = cluster();
    return rows().stream()
        .map(row ->
            DynamicTest.dynamicTest(
                row.name(),
                () -> {
                  Rejection refusal = story.refuses(row.input());
                  assertThat(refusal.code()).isEqualTo(row.code());
                  assertThat(refusal.field()).isEqualTo(row.field());
                  assertThat(refusal.message()).contains(row.words());
                }));
  }

  @Test
  void whatIsSoAlreadyMakesNoFact() {
    SchedulerStory story = cluster();
    story.doesWithoutFacts(
        new Input.DefinePartition(OWNER, new PartitionDefined(BATCH, true, HOUR_MS, 24 * HOUR_MS)));
    story.doesWithoutFacts(
        new Input.DefineDomain(
            user("admin1"), new DomainDefined(new DomainCode("earth"), "Earth science")));
    story.doesWithoutFacts(
        new Input.DefineProject(
            OWNER, new ProjectDefined(CLIMATE, "climate", List.of(share("earth", 1000)))));
    story.doesWithoutFacts(
        new Input.DefineUser(OWNER, new UserDefined(LIWEI, "liwei", "liwei", 1001, CLIMATE)));
    story.doesWithoutFacts(
        new Input.GrantRole(user("admin1"), new RoleGranted(LIWEI, Role.RESEARCHER)));
    story.doesWithoutFacts(new Input.RevokeRole(OWNER, new RoleRevoked(LIWEI, Role.ADMINISTRATOR)));
    story.doesWithoutFacts(
        new Input.SetMembership(
            user("zhangmin"), new MembershipSet(CLIMATE, LIWEI, MemberRank.MEMBER)));
    story.doesWithoutFacts(
        new Input.RemoveMembership(user("zhangmin"), new MembershipRemoved(CLIMATE, NOBODY_ELSE)));
    story.doesWithoutFacts(
        new Input.DefineTariff(user("finance1"), tariff(5, "CNY", BEGIN_MS + HOUR_MS)));
  }

  private static final UserName NOBODY_ELSE = new UserName("chenjie");

  @Test
  void aNewDefaultPartitionReplacesTheFormerOne() {
    SchedulerStory story = cluster();
    story.does(
        new Input.DefinePartition(
            user("admin1"), new PartitionDefined(new PartitionName("new"), true, 1, 2)));
    assertThat(story.machine.state().defaultPartition().orElseThrow().name().value())
        .isEqualTo("new");
    assertThat(story.machine.state().partition(BATCH).orElseThrow().isDefault()).isFalse();
  }

  @Test
  void aPriceFromNowOnBeginsAtTheLogicalTime() {
    SchedulerStory story = cluster();
    story.after(77).does(new Input.DefineTariff(user("finance1"), tariff(9, "CNY", 0)));
    assertThat(story.machine.state().tariffs(BATCH).getLast())
        .isEqualTo(tariff(9, "CNY", story.nowMs));
  }

  @Test
  void aManagerSetsAndRemovesMembers() {
    SchedulerStory story = cluster();
    story.does(
        new Input.SetMembership(
            user("zhangmin"), new MembershipSet(CLIMATE, NOBODY_ELSE, MemberRank.MEMBER)));
    story.submits("chenjie", SchedulerStory.script().project(CLIMATE));
    story.does(
        new Input.RemoveMembership(user("zhangmin"), new MembershipRemoved(CLIMATE, NOBODY_ELSE)));
    assertThat(
            story
                .refuses(
                    SchedulerStory.submission("chenjie", SchedulerStory.script().project(CLIMATE)))
                .code())
        .isEqualTo(Code.FORBIDDEN);
  }

  @Test
  void aRevokedRoleIsGone() {
    SchedulerStory story = cluster();
    story.does(
        new Input.RevokeRole(OWNER, new RoleRevoked(new UserName("admin1"), Role.ADMINISTRATOR)));
    assertThat(story.refuses(new Input.ResumeNode(user("admin1"), N1)).code())
        .isEqualTo(Code.FORBIDDEN);
  }

  private static DomainDefined domain(String code, String parent) {
    return new DomainDefined(new DomainCode(code), "Domain", new DomainCode(parent));
  }
}
