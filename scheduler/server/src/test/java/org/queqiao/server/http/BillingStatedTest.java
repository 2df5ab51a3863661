package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
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
  }
}
