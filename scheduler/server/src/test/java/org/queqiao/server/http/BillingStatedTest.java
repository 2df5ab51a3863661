package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.codec.EventCodec;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.Event;
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
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.file.FileEventLog;
import org.queqiao.eventlog.file.LogSettings;
import org.queqiao.runtime.tool.LogCommand;
import org.queqiao.server.config.ConfigException;

/** A configuration that names another calendar than the log does not change bills silently. */
final class BillingStatedTest {
  @Test
  void aServerWhoseConfigurationNamesAnotherCalendarOrCurrencyDoesNotStart() throws Exception {
    RunningServer server = RunningServer.alone();
    String audit =
        RunningServer.until(
            Duration.ofSeconds(30),
            () -> server.get("auditor1", "/api/v1/audit?about=site:billing").body(),
            body -> body.contains("BillingDefined"));
    assertThat(audit).contains("BillingDefined");
    for (String[] other :
        new String[][] {
          {"billing: {zone: UTC}\n", "UTC, 1 and CNY"},
          {"billing: {fiscalYearStart: 4}\n", "Asia/Shanghai, 4 and CNY"},
          {"billing: {currency: EUR}\n", "Asia/Shanghai, 1 and EUR"}
        }) {
      assertThatThrownBy(() -> server.startAgain(other[0]))
          .isInstanceOf(ConfigException.class)
          .hasMessage(
              "billing.zone, billing.fiscalYearStart and billing.currency are "
                  + other[1]
                  + " in the configuration, but bills here are made by zone Asia/Shanghai, with"
                  + " fiscal years from month 1 and in CNY: said otherwise, the same log would make"
                  + " other bills. Set them as the log has them: they are stated once, at the first"
                  + " start, and can be said anew until there is a job, a price, a budget or"
                  + " money");
    }
    server.startAgain("");
    assertThat(server.get("auditor1", "/api/v1/projects/climate").statusCode()).isEqualTo(200);
    // Another name of the same rules makes the same bills.
    server.startAgain("billing: {zone: PRC}\n");
    assertThat(server.get("auditor1", "/api/v1/projects/climate").statusCode()).isEqualTo(200);
  }

  /** Of a site that had begun before the log said by which calendar bills are made. */
  private static Path before(String... currencies) throws Exception {
    Path folder = Files.createTempDirectory("qq");
    Files.createDirectories(folder.resolve("server"));
    try (EventLog log =
        FileEventLog.open(folder.resolve(LogCommand.LOG_FOLDER), LogSettings.defaults())) {
      log.claimEpoch("before");
      Actor owner = Actor.localOwner(System.getProperty("user.name"));
      List<Event> facts = new ArrayList<>();
      DomainCode domain = new DomainCode("d");
      facts.add(new PartitionDefined(new PartitionName("batch"), true, 60_000, 3_600_000));
      facts.add(new DomainDefined(domain, "D"));
      // Its two administrators are there, so that the demo adds no price and no money.
      for (String name : List.of("admin", "admin1", "auditor1")) {
        UserName user = new UserName(name);
        facts.add(new UserDefined(user, name, "", -1, null));
        facts.add(
            new RoleGranted(user, name.startsWith("admin") ? Role.ADMINISTRATOR : Role.AUDITOR));
      }
      for (String currency : currencies) {
        ProjectName project = new ProjectName("p" + currency.toLowerCase(Locale.ROOT));
        facts.add(new ProjectDefined(project, "P", List.of(new DomainShare(domain, 1_000))));
        facts.add(new WalletFunded(project, 5_000_000, currency, "grant"));
        facts.add(new BudgetTold(project, 0, currency, 0));
      }
      long timeMs = 1_790_000_000_000L;
      for (Event each : facts) {
        log.append(timeMs++, EventCodec.encode(owner, "", each));
      }
      log.sync();
    }
    return folder;
  }

  @Test
  void aLogFromBeforeWithPricesInAnotherCurrencyIsRefusedBeforeAnythingIsStarted()
      throws Exception {
    Path folder = before("CNY");
    try (EventLog log =
        FileEventLog.open(folder.resolve(LogCommand.LOG_FOLDER), LogSettings.defaults())) {
      log.claimEpoch("before");
      Event price = new TariffDefined(new PartitionName("batch"), 40_000, "CNY", 0);
      log.append(1_800_000_000_000L, EventCodec.encode(Actor.localOwner("root"), "", price));
      log.sync();
    }
    assertThatThrownBy(() -> RunningServer.over(folder, "billing: {currency: EUR}\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "billing.zone, billing.fiscalYearStart and billing.currency are Asia/Shanghai, 1 and"
                + " EUR in the configuration, but prices here are in CNY, not in EUR");
    assertThat(folder.resolve("postgres/data/PG_VERSION")).exists();
    assertThat(folder.resolve("postgres/data/postmaster.pid")).doesNotExist();
  }

  @Test
  void aLogFromBeforeSaysItAtItsFirstStartAlsoWithWalletsInTwoCurrencies() throws Exception {
    RunningServer server = RunningServer.over(before("CNY", "EUR"), "billing: {zone: UTC}\n");
    assertThat(
            RunningServer.until(
                Duration.ofSeconds(30),
                () -> server.get("auditor1", "/api/v1/wallets/peur").body(),
                body -> body.contains("5000000")))
        .contains("\"currency\":\"EUR\"");
    assertThatThrownBy(() -> server.startAgain("billing: {zone: Asia/Shanghai}\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("but bills here are made by zone UTC");
    server.startAgain("billing: {zone: Etc/UTC}\n");
    assertThat(server.get("auditor1", "/api/v1/audit?about=site:billing").body())
        .contains("BillingDefined");
  }
}
