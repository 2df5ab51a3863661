package org.queqiao.server.alert;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.Vertx;
import jakarta.mail.internet.MimeMessage;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.accounting.alert.Standing;
import org.queqiao.accounting.database.EmbeddedDatabase;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.AlertBook;
import org.queqiao.accounting.sql.AllowanceRows;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.event.BudgetDefined;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MoneyDecided;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.BudgetName;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.AllowanceKind;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.money.BudgetUnit;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.server.EmptyDatabase;
import org.queqiao.server.config.Alerts;
import org.queqiao.server.config.ServerConfig;

/** Alerts from the books in PostgreSQL to a real mail server and a program that is called. */
final class AlertDeskTest {
  private static final ProjectName CLIMATE = new ProjectName("climate");
  private static final String SECRET = "canary-of-the-webhook";
  private static final long DAY_MS = 86_400_000;
  private static final long NOW_MS = 1_795_000_000_000L;

  @TempDir Path folder;

  private final AtomicLong now = new AtomicLong(NOW_MS);
  private final Vertx vertx = Vertx.vertx();
  private final List<Call> calls = Collections.synchronizedList(new ArrayList<>());
  private final List<LoggedEvent> log = new ArrayList<>();
  private EmbeddedDatabase database;
  private Ledger ledger;
  private HttpServer hook;
  private GreenMail mail;
  private volatile int answer = 204;

  private record Call(String path, String signature, byte[] body) {}

  @BeforeEach
  void start() throws Exception {
    database = EmptyDatabase.in(folder.resolve("postgres"));
    EmbeddedDatabase.Access access = database.start();
    ledger =
        Ledger.open(
            access.url(),
            access.user(),
            access.password(),
            new BillingCalendar(ZoneId.of("Asia/Shanghai")),
            folder.resolve("archive"));
    hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
    hook.createContext(
        "/",
        exchange -> {
          calls.add(
              new Call(
                  exchange.getRequestURI().toString(),
                  exchange.getRequestHeaders().getFirst(Webhook.SIGNATURE),
                  exchange.getRequestBody().readAllBytes()));
          exchange.getResponseHeaders().add("Location", "/elsewhere");
          exchange.sendResponseHeaders(answer, -1);
          exchange.close();
        });
    hook.start();
    mail = mailServer(0);
    mail.start();
    add(
        new ProjectDefined(
            CLIMATE, "Climate", List.of(new DomainShare(new DomainCode("earth"), 1_000))));
  }

  @AfterEach
  void stop() throws Exception {
    mail.stop();
    hook.stop(0);
    ledger.close();
    database.stop();
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  private static GreenMail mailServer(int port) {
    return new GreenMail(new ServerSetup(port, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
  }

  private void add(Event event) {
    log.add(new LoggedEvent(log.size() + 1L, 1, NOW_MS, Actor.SCHEDULER, event));
    ledger.record(log);
  }

  /** A budget of ten of the currency, for each month. */
  private void budget() {
    decided(
        new MoneyChange.Budget(
            new BudgetTerms(
                new BudgetName("grant"),
                CLIMATE,
                null,
                BudgetUnit.MONEY,
                10_000_000,
                0,
                "CNY",
                "",
                "",
                false)));
  }

  /** What is taken out of the wallet counts as used. */
  private void use(long micro) {
    decided(new MoneyChange.Correction(CLIMATE, -micro, "CNY", "capture/1"));
  }

  private void decided(MoneyChange change) {
    long proposal = log.size() + 1L;
    add(new MoneyProposed(proposal, change, "why"));
    add(new MoneyDecided(proposal, true, change, "seen"));
  }

  private Alerts settings(int mailPort, boolean privateAddresses) {
    Map<String, Object> values = new TreeMap<>();
    values.put("alerts.mailHost", "127.0.0.1");
    values.put("alerts.mailPort", mailPort);
    values.put("alerts.mailTls", "NONE");
    values.put("alerts.mailFrom", "queqiao@example.org");
    values.put("alerts.mailTo", "finance@example.org, {project}@projects.example.org");
    values.put(
        "alerts.webhookUrl",
        (privateAddresses ? "http" : "https")
            + "://localhost:"
            + hook.getAddress().getPort()
            + "/alerts?from=queqiao");
    values.put("alerts.webhookSecretFile", "unread");
    values.put("alerts.privateAddresses", privateAddresses);
    values.put("alerts.lowBalanceMicro", 1_000_000);
    values.put("alerts.expiringDays", 7);
    return ServerConfig.of(values, "test").alerts();
  }

  private AlertDesk desk(Alerts settings, AlertChannel... channels) {
    return new AlertDesk(
        ledger.reads(),
        ledger.calendar(),
        settings.lowBalanceMicro(),
        settings.expiringMs(),
        List.of(channels),
        () -> Instant.ofEpochMilli(now.get()));
  }

  private Webhook webhook(Alerts settings) {
    return new Webhook(
        vertx,
        settings.webhookUrl(),
        SECRET,
        settings.privateAddresses(),
        Webhook.ANSWER_MS,
        () -> Instant.ofEpochMilli(now.get()));
  }

  private int mailPort() {
    return mail.getSmtp().getPort();
  }

  private List<AlertBook.Told> told() {
    return ledger.reads().alerts().before(Long.MAX_VALUE, null, 100);
  }

  private List<String> deliveries() {
    return told().stream()
        .flatMap(each -> each.deliveries().stream())
        .map(each -> each.channel() + " " + each.state() + " " + each.tries())
        .toList();
  }

  /** As a server without a channel does, which is started anew each time. */
  private void lookAlone() {
    desk(settings(mailPort(), true)).look();
  }

  private List<String> callsOnceThereIsAWebhook() {
    Alerts settings = settings(mailPort(), true);
    Webhook byCall = webhook(settings);
    for (int restart = 0; restart < 3; restart++) {
      AlertDesk desk = desk(settings, byCall);
      desk.look();
      desk.look();
      desk.send(byCall);
    }
    return calls.stream()
        .map(each -> new String(each.body(), StandardCharsets.UTF_8))
        .map(each -> each.replaceAll(".*\"title\":\"([^\"]*)\".*", "$1"))
        .toList();
  }

  @Test
  void whatWasDueBeforeThereWasAChannelIsSentOnceItIsThere() {
    budget();
    use(5_500_000);
    lookAlone();
    use(3_000_000);
    lookAlone();
    assertThat(told())
        .filteredOn(each -> each.alert().subject().startsWith("budget/"))
        .hasSize(2)
        .allMatch(each -> each.deliveries().isEmpty());
    now.addAndGet(AlertBook.UNTOLD_MS);
    // Of one matter what was told last, as it was told, and not again after a restart.
    assertThat(callsOnceThereIsAWebhook())
        .containsOnlyOnce("Budget grant: 80 % used")
        .doesNotContain("Budget grant: 50 % used");
    assertThat(deliveries()).isNotEmpty().allMatch(each -> each.equals("webhook SENT 1"));
    Alerts settings = settings(mailPort(), true);
    Mail byMail = new Mail(settings, "");
    AlertDesk both = desk(settings, byMail, webhook(settings));
    both.look();
    both.send(byMail);
    assertThat(mail.getReceivedMessages()).isEmpty();
  }

  @Test
  void whatIsOldOrNoMoreSoBeforeThereIsAChannelIsShownOnly() {
    decided(new MoneyChange.TopUp(CLIMATE, 500_000, "CNY"));
    lookAlone();
    assertThat(told()).extracting(each -> each.alert().title()).hasSize(1);
    decided(new MoneyChange.TopUp(CLIMATE, 90_000_000, "CNY"));
    lookAlone();
    assertThat(callsOnceThereIsAWebhook()).isEmpty();
    budget();
    use(5_500_000);
    lookAlone();
    now.addAndGet(AlertBook.UNTOLD_MS + 1);
    assertThat(callsOnceThereIsAWebhook()).isEmpty();
    assertThat(told()).hasSize(2).allMatch(each -> each.deliveries().isEmpty());
  }

  @Test
  void eachLevelIsToldOnceByMailAndBySignedCallAlsoAfterARestart() throws Exception {
    Alerts settings = settings(mailPort(), true);
    budget();
    use(5_500_000);
    Mail byMail = new Mail(settings, "");
    Webhook byCall = webhook(settings);
    for (int restart = 0; restart < 2; restart++) {
      AlertDesk desk = desk(settings, byMail, byCall);
      desk.look();
      desk.send(byMail);
      desk.send(byCall);
    }
    use(4_500_000);
    AlertDesk later = desk(settings, byMail, byCall);
    later.look();
    later.look();
    later.send(byMail);
    later.send(byCall);
    later.send(byCall);

    assertThat(told())
        .filteredOn(each -> each.alert().subject().startsWith("budget/"))
        .extracting(each -> each.alert().title())
        .containsExactly("Budget grant: 100 % used", "Budget grant: 50 % used");
    MimeMessage[] mails = mail.getReceivedMessages();
    List<String> subjects = new ArrayList<>();
    for (MimeMessage each : mails) {
      subjects.add(each.getSubject() + " to " + each.getAllRecipients().length);
    }
    // One copy in the box of each of two recipients.
    assertThat(subjects)
        .containsExactlyInAnyOrder(
            "Budget grant: 50 % used to 2",
            "Budget grant: 50 % used to 2",
            "Budget grant: 100 % used to 2",
            "Budget grant: 100 % used to 2");
    assertThat(GreenMailUtil.getBody(mails[0])).contains("CNY");
    assertThat(calls).hasSize(2);
    for (Call each : calls) {
      String second = Long.toString(NOW_MS / 1_000);
      String expected =
          Webhook.signature(SECRET.getBytes(StandardCharsets.UTF_8), second, each.body());
      assertThat(each.signature()).isEqualTo("t=" + second + ",v1=" + expected);
      assertThat(each.path()).isEqualTo("/alerts?from=queqiao");
      assertThat(new String(each.body(), StandardCharsets.UTF_8))
          .contains("\"project\":\"climate\"")
          .doesNotContain(SECRET);
    }
    assertThat(deliveries()).allMatch(each -> each.endsWith("SENT 1"));
  }

  @Test
  void aMailServerThatIsAwayHoldsUpNoCallAndIsTriedAgainLater() throws Exception {
    int port = mailPort();
    mail.stop();
    Alerts settings = settings(port, true);
    budget();
    use(8_000_000);
    Mail byMail = new Mail(settings, "");
    Webhook byCall = webhook(settings);
    AlertDesk desk = desk(settings, byMail, byCall);
    desk.look();
    desk.send(byMail);
    desk.send(byCall);
    assertThat(deliveries()).containsExactlyInAnyOrder("mail WAITING 1", "webhook SENT 1");
    desk.send(byMail);
    assertThat(deliveries()).contains("mail WAITING 1").doesNotContain("mail WAITING 2");
    mail = mailServer(port);
    mail.start();
    now.addAndGet(AlertDesk.waitMs(1));
    desk.send(byMail);
    assertThat(deliveries()).contains("mail SENT 2").doesNotContain("mail WAITING 1");
    assertThat(mail.getReceivedMessages()).hasSize(2);
  }

  @Test
  void aRedirectIsNotFollowedAndAfterManyTriesAnAlertIsGivenUp() throws Exception {
    answer = 302;
    Alerts settings = settings(mailPort(), true);
    add(new BudgetDefined(coreTime(), "nothing is left"));
    Webhook byCall = webhook(settings);
    AlertDesk desk = desk(settings, byCall);
    desk.look();
    for (int i = 0; i < AlertDesk.MOST_TRIES + 2; i++) {
      desk.send(byCall);
      now.addAndGet(3_600_000);
    }
    assertThat(calls).hasSize(AlertDesk.MOST_TRIES);
    assertThat(calls).allMatch(each -> each.path().startsWith("/alerts"));
    assertThat(deliveries()).containsExactly("webhook GIVEN_UP " + AlertDesk.MOST_TRIES);
    assertThat(told().getFirst().deliveries().getFirst().error())
        .isEqualTo("answered 302: redirects are not followed");
  }

  private static BudgetTerms coreTime() {
    return new BudgetTerms(
        new BudgetName("none"), CLIMATE, null, BudgetUnit.CORE_TIME, 0, 0, "", "", "", false);
  }

  @Test
  void aCallToThisMachineIsNotMadeUnlessTheConfigurationAllowsIt() {
    Alerts settings = settings(mailPort(), false);
    add(new BudgetDefined(coreTime(), "nothing is left"));
    Webhook byCall = webhook(settings);
    AlertDesk desk = desk(settings, byCall);
    desk.look();
    desk.send(byCall);
    assertThat(calls).isEmpty();
    assertThat(deliveries()).containsExactly("webhook WAITING 1");
    assertThat(told().getFirst().deliveries().getFirst().error())
        .contains("localhost leads to")
        .contains("no public address");
  }

  @Test
  void aWalletThatWasFilledAndIsLowAgainIsToldAgain() {
    Alerts settings = settings(mailPort(), true);
    decided(new MoneyChange.TopUp(CLIMATE, 2_000_000, "CNY"));
    AlertDesk desk = desk(settings);
    desk.look();
    assertThat(told()).isEmpty();
    use(1_500_000);
    desk.look();
    desk.look();
    assertThat(told()).hasSize(1);
    decided(new MoneyChange.TopUp(CLIMATE, 1_000_000, "CNY"));
    desk.look();
    use(1_000_000);
    desk.look();
    assertThat(told())
        .extracting(each -> each.alert().body())
        .containsExactly(
            "The wallet of project climate has 0.5 CNY left for starts of jobs.",
            "The wallet of project climate has 0.5 CNY left for starts of jobs.");
  }

  @Test
  void coreHoursThatEndSoonAreToldOnceByMailAndCallAndWhatHasNoEndNever() throws Exception {
    Alerts settings = settings(mailPort(), true);
    long endMs = NOW_MS + 30 * DAY_MS;
    long id = 1 + log.size();
    decided(hours(AllowanceKind.PACKAGE, endMs));
    decided(hours(AllowanceKind.GRANT, 0));
    Mail byMail = new Mail(settings, "");
    Webhook byCall = webhook(settings);
    AlertDesk early = desk(settings, byMail, byCall);
    now.set(endMs - 7 * DAY_MS - 1);
    early.look();
    assertThat(told()).isEmpty();
    assertThat(expiryTold()).containsExactly(false, false);
    now.incrementAndGet();
    for (int restart = 0; restart < 2; restart++) {
      AlertDesk desk = desk(settings, byMail, byCall);
      desk.look();
      desk.send(byMail);
      desk.send(byCall);
      now.addAndGet(DAY_MS);
    }
    now.set(endMs);
    desk(settings, byMail, byCall).look();
    assertThat(told()).hasSize(1);
    AlertBook.Alert alert = told().getFirst().alert();
    assertThat(alert.kind()).isEqualTo(Standing.Kind.EXPIRING);
    assertThat(alert.subject()).isEqualTo("allowance/" + id);
    assertThat(alert.title()).isEqualTo("Package " + id + " of climate ends soon");
    assertThat(alert.body())
        .isEqualTo(
            "Of package "
                + id
                + " of project climate 100 of 100 core-hours are left, which end at 2026-12-18"
                + " 19:06 Asia/Shanghai. Running jobs hold 0 more.");
    assertThat(deliveries()).containsExactlyInAnyOrder("mail SENT 1", "webhook SENT 1");
    assertThat(mail.getReceivedMessages()).hasSize(2);
    assertThat(calls).hasSize(1);
    // The newest first: the grant has no end.
    assertThat(expiryTold()).containsExactly(false, true);
  }

  private List<Boolean> expiryTold() {
    return ledger.reads().allowances().of("climate").stream()
        .map(AllowanceRows.Listed::told)
        .toList();
  }

  private static MoneyChange hours(AllowanceKind kind, long endMs) {
    return new MoneyChange.NewAllowance(
        new Allowance(CLIMATE, kind, 100 * 3_600_000L, null, NOW_MS, endMs));
  }

  @Test
  void aServerThatAcceptsAndSaysNothingEndsTheTryWithinItsTime() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Alerts settings = settings(mailPort(), true);
      add(new BudgetDefined(coreTime(), "nothing is left"));
      Webhook byCall =
          new Webhook(
              vertx,
              URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/"),
              SECRET,
              true,
              200,
              () -> Instant.ofEpochMilli(now.get()));
      AlertDesk desk = desk(settings, byCall);
      desk.look();
      desk.send(byCall);
      assertThat(deliveries()).containsExactly("webhook WAITING 1");
    }
  }
}
