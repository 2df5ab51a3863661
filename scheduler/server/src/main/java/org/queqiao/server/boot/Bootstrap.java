package org.queqiao.server.boot;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.BillingDefined;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.money.FiscalYears;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;
import org.queqiao.runtime.SchedulerRuntime;
import org.queqiao.server.config.ConfigException;
import org.queqiao.server.config.ServerConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes an empty cluster usable: one partition, one project, one administrator. Each step is
 * repeated until the log has it, so a start that was cut short is completed by the next.
 */
public final class Bootstrap {
  /** The account that the first login link is for. */
  public static final UserName FIRST_ADMINISTRATOR = new UserName("admin");

  /** The same in the demo. */
  public static final UserName DEMO_ADMINISTRATOR = new UserName("admin1");

  private static final PartitionName PARTITION = new PartitionName("batch");
  private static final long HOUR_MS = 3_600_000;
  private static final long LONGEST_LIMIT_MS = 7 * 24 * HOUR_MS;
  private static final long DEMO_PRICE_MICRO = 100_000;
  private static final long DEMO_FUNDS_MICRO = 10_000_000_000L;
  private static final Logger LOG = LoggerFactory.getLogger(Bootstrap.class);

  private static final String AS_THE_LOG =
      ". Set them as the log has them: they are stated once, at the first start, and can be said"
          + " anew until there is a job, a price, a budget or money";

  private final Function<Input, CompletableFuture<Reply>> door;
  private final Actor owner;
  private final String currency;

  /**
   * Bootstraps through a runtime's door.
   *
   * @param osUser who owns the data folder; the actor of every fact
   * @param currency ISO 4217 code of prices and funds
   */
  public Bootstrap(Function<Input, CompletableFuture<Reply>> door, String osUser, String currency) {
    this.door = door;
    this.owner = Actor.localOwner(osUser);
    this.currency = currency;
  }

  /** A Unix user of this machine. */
  public record UnixUser(String name, int uid) {
    /** None: the account cannot submit. */
    public static final UnixUser NONE = new UnixUser("", -1);
  }

  /**
   * What is configured, under the name of its zone that the log has: another name of the same rules
   * makes the same bills.
   *
   * @param runtime recovered and not started
   * @throws ConfigException where the log says something else
   */
  public static ServerConfig.Billing agreed(
      ServerConfig.Billing configured, SchedulerRuntime runtime, String osUser) {
    BillingDefined stated = runtime.startImage().money().billing();
    ServerConfig.Billing billing =
        stated == null ? configured : configured.named(ZoneId.of(stated.zone()));
    Optional<Rejection> refused = runtime.refusal(define(billing, osUser));
    if (refused.isPresent()) {
      throw new ConfigException(
          "billing.zone, billing.fiscalYearStart and billing.currency are "
              + configured.zone()
              + ", "
              + configured.fiscalYearStart()
              + " and "
              + configured.currency()
              + " in the configuration, but "
              + refused.get().message()
              + (refused.get().code() == Rejection.Code.CONFLICT ? AS_THE_LOG : ""));
    }
    List<MoneyChange.FiscalYear> changes = runtime.startImage().money().fiscalYears();
    if (stated == null || changes.isEmpty()) {
      return billing;
    }
    sayWhatCounts(configured, new FiscalYears(stated.fiscalYearStart(), changes));
    return new ServerConfig.Billing(billing.zone(), stated.fiscalYearStart(), billing.currency());
  }

  /** Two people changed it: the log says what counts, and the site learns what to write. */
  private static void sayWhatCounts(ServerConfig.Billing configured, FiscalYears years) {
    int now = years.startAt(System.currentTimeMillis());
    if (configured.fiscalYearStart() == now) {
      return;
    }
    MoneyChange.FiscalYear last = years.changes().getLast();
    LOG.warn(
        "billing.fiscalYearStart is {} in the configuration. Two people agreed on what counts:"
            + " fiscal years begin with month {} now, and with month {} from {} on. Write one of"
            + " these",
        configured.fiscalYearStart(),
        now,
        last.start(),
        last.month());
  }

  private static Input define(ServerConfig.Billing billing, String osUser) {
    return new Input.DefineBilling(
        Actor.localOwner(osUser),
        new BillingDefined(billing.zone().getId(), billing.fiscalYearStart(), billing.currency()));
  }

  /**
   * States in the log by which calendar and in which currency bills are made, if it does not say
   * so.
   */
  public void billing(ServerConfig.Billing billing)
      throws InterruptedException, ExecutionException {
    all(List.of(define(billing, owner.name())));
  }

  /**
   * The first facts of a cluster that has none.
   *
   * @param single whom the first administrator's jobs run as in single-user mode, else {@link
   *     UnixUser#NONE}
   */
  public void first(ClusterImage image, UnixUser single)
      throws InterruptedException, ExecutionException {
    if (!image.partitions().isEmpty() && has(image, FIRST_ADMINISTRATOR)) {
      return;
    }
    List<Input> inputs = new ArrayList<>();
    inputs.add(
        new Input.DefinePartition(
            owner, new PartitionDefined(PARTITION, true, HOUR_MS, LONGEST_LIMIT_MS)));
    ProjectName project = project(inputs, "default", "Default project", "general", "General");
    account(
        inputs, FIRST_ADMINISTRATOR.value(), "Administrator", single, project, MemberRank.MANAGER);
    role(inputs, FIRST_ADMINISTRATOR.value(), Role.ADMINISTRATOR);
    all(inputs);
  }

  /**
   * The accounts, projects, prices and funds of the demo, unless they are there.
   *
   * @param first whom the first researcher's jobs run as
   * @param second whom the second researcher's jobs run as
   */
  public void demo(ClusterImage image, UnixUser first, UnixUser second)
      throws InterruptedException, ExecutionException {
    if (has(image, DEMO_ADMINISTRATOR)) {
      return;
    }
    List<Input> inputs = new ArrayList<>();
    inputs.add(
        new Input.DefineTariff(owner, new TariffDefined(PARTITION, DEMO_PRICE_MICRO, currency, 0)));
    ProjectName climate =
        project(inputs, "climate", "Climate 气候", "atmosphere", "Atmospheric science");
    ProjectName materials =
        project(
            inputs, "materials", "Materials 材料", "condensed-matter", "Condensed matter physics");
    account(inputs, "researcher1", "Researcher One", first, climate, MemberRank.MEMBER);
    account(inputs, "researcher2", "Researcher Two", second, materials, MemberRank.MEMBER);
    account(inputs, "manager1", "Manager One", UnixUser.NONE, climate, MemberRank.MANAGER);
    for (String name : List.of("finance1", "finance2")) {
      account(inputs, name, "Finance " + name.charAt(7), UnixUser.NONE, null, null);
      role(inputs, name, Role.FINANCE);
    }
    account(inputs, "auditor1", "Auditor", UnixUser.NONE, null, null);
    role(inputs, "auditor1", Role.AUDITOR);
    for (ProjectName project : List.of(climate, materials)) {
      inputs.add(
          new Input.FundWallet(
              owner, new WalletFunded(project, DEMO_FUNDS_MICRO, currency, "Demo grant")));
    }
    // Last, because it is what tells a finished demo from one that was cut short.
    account(inputs, DEMO_ADMINISTRATOR.value(), "Administrator", UnixUser.NONE, null, null);
    role(inputs, DEMO_ADMINISTRATOR.value(), Role.ADMINISTRATOR);
    all(inputs);
  }

  private static boolean has(ClusterImage image, UserName name) {
    return image.users().stream()
        .anyMatch(
            user -> user.user().name().equals(name) && user.roles().contains(Role.ADMINISTRATOR));
  }

  private ProjectName project(
      List<Input> inputs, String name, String title, String domain, String domainTitle) {
    DomainCode code = new DomainCode(domain);
    ProjectName project = new ProjectName(name);
    inputs.add(new Input.DefineDomain(owner, new DomainDefined(code, domainTitle)));
    inputs.add(
        new Input.DefineProject(
            owner, new ProjectDefined(project, title, List.of(new DomainShare(code, 1000)))));
    return project;
  }

  private void account(
      List<Input> inputs,
      String name,
      String title,
      UnixUser unix,
      ProjectName project,
      MemberRank rank) {
    UserName user = new UserName(name);
    inputs.add(
        new Input.DefineUser(
            owner, new UserDefined(user, title, unix.name(), unix.uid(), project)));
    if (project != null) {
      inputs.add(new Input.SetMembership(owner, new MembershipSet(project, user, rank)));
      role(inputs, name, Role.RESEARCHER);
    }
  }

  private void role(List<Input> inputs, String user, Role role) {
    inputs.add(new Input.GrantRole(owner, new RoleGranted(new UserName(user), role)));
  }

  private void all(List<Input> inputs) throws InterruptedException, ExecutionException {
    for (Input input : inputs) {
      Reply reply = door.apply(input).get();
      if (reply instanceof Reply.Rejected rejected) {
        throw new IllegalStateException(
            "the first facts were refused: " + input + ": " + rejected.rejection());
      }
    }
  }
}
