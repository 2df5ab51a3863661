package org.queqiao.server.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * Where alerts go, and what is low.
 *
 * @param mailHost the mail server; empty for no mail
 * @param mailTls how its connection is protected
 * @param mailTo who gets mail; {@code {project}} stands for the project that it is about
 * @param webhookUrl whom to call; null for nobody
 * @param webhookSecretFile with the secret of the signature
 * @param privateAddresses whether the call may go to an address of this machine or site
 * @param lowBalanceMicro below which a wallet is low; 0 watches none
 * @param expiringDays how many days before their end core-hours are told of; 0 watches none
 */
public record Alerts(
    String mailHost,
    int mailPort,
    MailTls mailTls,
    String mailUser,
    String mailPasswordFile,
    String mailFrom,
    List<String> mailTo,
    URI webhookUrl,
    String webhookSecretFile,
    boolean privateAddresses,
    long lowBalanceMicro,
    int expiringDays) {
  /** How the connection to the mail server is protected. */
  public enum MailTls {
    /** It must change to TLS before anything is sent. */
    STARTTLS,
    /** TLS from the first byte on. */
    TLS,
    /** Not at all; only to this machine. */
    NONE
  }

  private static final int MAIL_PORT = 587;
  private static final int MAX_PORT = 65_535;
  private static final int EXPIRING_DAYS = 30;
  private static final int MAX_DAYS = 366;
  private static final int MAX_RECIPIENTS = 20;
  private static final String ADDRESS = "[A-Za-z0-9._%+{}-]{1,64}@[A-Za-z0-9.{}-]{1,190}";

  static Alerts read(Settings from) {
    String mailHost =
        from.text("alerts.mailHost", "host", "", "Mail server for alerts; empty: no mail.");
    Alerts all =
        new Alerts(
            mailHost,
            from.integer(
                "alerts.mailPort", "port", MAIL_PORT, 1, MAX_PORT, "Port of the mail server."),
            tls(from, mailHost),
            from.text(
                "alerts.mailUser", "name", "", "User of the mail server; empty: none is named."),
            from.text(
                "alerts.mailPasswordFile",
                "path",
                "",
                "File of mode 0400 or 0600 with the password of alerts.mailUser."),
            from.text("alerts.mailFrom", "address", "", "Sender of alerts."),
            recipients(from),
            url(
                from.text(
                    "alerts.webhookUrl",
                    "URL",
                    "",
                    "Whom to call with each alert; empty: nobody.")),
            from.text(
                "alerts.webhookSecretFile",
                "path",
                "",
                "File of mode 0400 or 0600 with the secret that signs the calls."),
            from.flag(
                "alerts.privateAddresses",
                false,
                "Whether alerts.webhookUrl may lead to a private, loopback or link-local address, and use http."),
            from.number(
                "alerts.lowBalanceMicro",
                "micro-units",
                0,
                0,
                1_000_000_000_000_000L,
                "A wallet with less than this left for starts is low; 0: none is."),
            from.integer(
                "alerts.expiringDays",
                "days",
                EXPIRING_DAYS,
                0,
                MAX_DAYS,
                "So many days before its end people are told of a package, grant or reward with core-hours left; 0: never."));
    all.check();
    return all;
  }

  /** How long before their end core-hours are told of, in milliseconds. */
  public long expiringMs() {
    return Duration.ofDays(expiringDays).toMillis();
  }

  private static List<String> recipients(Settings from) {
    String all =
        from.text(
            "alerts.mailTo",
            "address,...",
            "",
            "Who gets alerts by mail; {project} stands for the project.");
    return Arrays.stream(all.split(","))
        .map(String::strip)
        .filter(each -> !each.isEmpty())
        .toList();
  }

  private static MailTls tls(Settings from, String host) {
    String text =
        from.text(
            "alerts.mailTls",
            "STARTTLS, TLS or NONE",
            "STARTTLS",
            "How the connection to the mail server is protected; NONE only on this machine.");
    MailTls tls =
        Arrays.stream(MailTls.values())
            .filter(each -> each.name().equals(text))
            .findFirst()
            .orElseThrow(() ->
                new ConfigException("alerts.mailTls is STARTTLS, TLS or NONE, not '" + text + "'"));
    boolean here =
        host.equals("localhost") || host.equals("::1") || host.matches("127\\.\\d+\\.\\d+\\.\\d+");
    if (tls == MailTls.NONE && !host.isEmpty() && !here) {
      throw new ConfigException(
          "alerts.mailTls is NONE, but alerts.mailHost "
              + host
              + " is another machine: choose STARTTLS or TLS");
    }
    return tls;
  }

  private static URI url(String text) {
    if (text.isEmpty()) {
      return null;
    }
    try {
      URI url = new URI(text);
      boolean web = "https".equals(url.getScheme()) || "http".equals(url.getScheme());
      if (web && url.getHost() != null && url.getUserInfo() == null && url.getFragment() == null) {
        return url;
      }
    } catch (URISyntaxException e) {
      throw new ConfigException("alerts.webhookUrl is no URL: " + e.getReason());
    }
    throw new ConfigException(
        "alerts.webhookUrl must be https://HOST/PATH, without a user and without #");
  }

  private void check() {
    if (!mailHost.isEmpty()) {
      require(!mailTo.isEmpty(), "alerts.mailHost needs alerts.mailTo");
      require(mailTo.size() <= MAX_RECIPIENTS, "alerts.mailTo names more than 20 addresses");
      require(mailFrom.matches(ADDRESS), "alerts.mailFrom must be a mail address");
      for (String each : mailTo) {
        require(each.matches(ADDRESS), "alerts.mailTo: '" + each + "' is no mail address");
      }
      require(
          mailUser.isEmpty() == mailPasswordFile.isEmpty(),
          "alerts.mailUser and alerts.mailPasswordFile go together");
    }
    if (webhookUrl != null) {
      require(!webhookSecretFile.isEmpty(), "alerts.webhookUrl needs alerts.webhookSecretFile");
      require(
          privateAddresses || webhookUrl.getScheme().equals("https"),
          "alerts.webhookUrl must be https; http goes with alerts.privateAddresses");
    }
  }

  private static void require(boolean right, String message) {
    if (!right) {
      throw new ConfigException(message);
    }
  }
}
