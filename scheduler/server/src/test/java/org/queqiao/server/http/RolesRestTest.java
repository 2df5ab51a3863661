package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * The table of roles, asked over HTTP: each action by every kind of account, against a table that
 * is written here and nowhere else. Who is not named is refused and changes nothing.
 *
 * <p>researcher1 is a member of climate and manager1 its manager; researcher2 is of materials.
 */
final class RolesRestTest {
  private static final List<String> ACCOUNTS =
      List.of("researcher1", "researcher2", "manager1", "admin1", "finance1", "auditor1");
  private static final String HELD = "{\"script\":\"#!/bin/sh\\n\",\"hold\":true}";
  private static final Set<String> ALL = Set.copyOf(ACCOUNTS);
  private static final Set<String> ADMINISTRATOR = Set.of("admin1");
  private static final Set<String> FINANCE = Set.of("finance1");
  private static final Set<String> WATCHERS = Set.of("finance1", "auditor1");
  private static final Set<String> STEERS = Set.of("researcher1", "manager1", "admin1");
  private static final Set<String> SEES =
      Set.of("researcher1", "manager1", "admin1", "finance1", "auditor1");

  private static RunningServer server;

  /** An action: {@code JOB} is a new held job of researcher1. */
  record Action(String method, String path, String body, Set<String> permitted) {}

  static final List<Action> ACTIONS =
      List.of(
          new Action(
              "POST",
              "/api/v1/jobs",
              "{\"script\":\"#!/bin/sh\\n\",\"hold\":true,\"project\":\"climate\"}",
              // The demo's manager has no Unix user that a job could run as.
              Set.of("researcher1")),
          new Action("GET", "/api/v1/jobs/JOB", "", SEES),
          new Action("GET", "/api/v1/jobs/JOB/priority", "", SEES),
          new Action("DELETE", "/api/v1/jobs/JOB", "", STEERS),
          new Action("POST", "/api/v1/jobs/JOB/hold", "", STEERS),
          new Action("POST", "/api/v1/jobs/JOB/release", "", STEERS),
          new Action("POST", "/api/v1/jobs/JOB/requeue", "", STEERS),
          new Action("POST", "/api/v1/jobs/JOB/suspend", "", ADMINISTRATOR),
          new Action("POST", "/api/v1/jobs/JOB/resume", "", ADMINISTRATOR),
          new Action("POST", "/api/v1/nodes/no-such/drain", "{\"reason\":\"r\"}", ADMINISTRATOR),
          new Action("POST", "/api/v1/nodes/no-such/resume", "", ADMINISTRATOR),
          new Action("POST", "/api/v1/nodes/no-such/fence", "{\"reason\":\"r\"}", ADMINISTRATOR),
          new Action(
              "PUT",
              "/api/v1/partitions/roles",
              "{\"defaultLimitMs\":1000,\"maxLimitMs\":1000}",
              ADMINISTRATOR),
          new Action(
              "PUT",
              "/api/v1/reservations/roles",
              "{\"durationMs\":3600000,\"nodes\":[\"no-such\"],\"maintenance\":true}",
              ADMINISTRATOR),
          new Action("DELETE", "/api/v1/reservations/roles", "", ADMINISTRATOR),
          new Action("PUT", "/api/v1/qos/roles", "{\"title\":\"Roles\"}", ADMINISTRATOR),
          new Action("PUT", "/api/v1/platforms/roles", "{\"title\":\"Roles\"}", ADMINISTRATOR),
          new Action("PUT", "/api/v1/rules/user/auditor1", "{\"priority\":0}", ADMINISTRATOR),
          new Action("PUT", "/api/v1/priorities", "{\"age\":0}", ADMINISTRATOR),
          new Action("PUT", "/api/v1/scheduling", "{\"policy\":\"default\"}", ADMINISTRATOR),
          new Action("PUT", "/api/v1/job-policy", "{\"maxAttempts\":6}", ADMINISTRATOR),
          new Action(
              "POST", "/api/v1/domains", "{\"code\":\"roles\",\"title\":\"R\"}", ADMINISTRATOR),
          new Action(
              "POST",
              "/api/v1/planned-changes",
              "{\"change\":\"parent\",\"domain\":\"no-such\",\"parent\":null,\"from\":\"2099-01\"}",
              ADMINISTRATOR),
          new Action("DELETE", "/api/v1/planned-changes/9999", "", ADMINISTRATOR),
          new Action(
              "POST",
              "/api/v1/projects",
              "{\"name\":\"roles\",\"title\":\"R\",\"domains\":[{\"domain\":\"atmosphere\",\"permille\":1000}]}",
              ADMINISTRATOR),
          new Action(
              "POST", "/api/v1/users", "{\"name\":\"roles\",\"title\":\"R\"}", ADMINISTRATOR),
          new Action(
              "PUT",
              "/api/v1/projects/climate/members/finance2",
              "{\"rank\":\"MEMBER\"}",
              Set.of("manager1", "admin1")),
          new Action(
              "DELETE",
              "/api/v1/projects/climate/members/finance2",
              "",
              Set.of("manager1", "admin1")),
          new Action(
              "PUT",
              "/api/v1/projects/climate/members/finance2",
              "{\"rank\":\"MANAGER\"}",
              ADMINISTRATOR),
          // Managers touch only ranks below their own.
          new Action("DELETE", "/api/v1/projects/climate/members/finance2", "", ADMINISTRATOR),
          new Action("PUT", "/api/v1/users/auditor1/roles/RESEARCHER", "", ADMINISTRATOR),
          new Action("DELETE", "/api/v1/users/auditor1/roles/RESEARCHER", "", ADMINISTRATOR),
          new Action("PUT", "/api/v1/users/researcher1/roles/ADMINISTRATOR", "", Set.of()),
          new Action("PUT", "/api/v1/users/researcher1/roles/FINANCE", "", Set.of()),
          new Action("PUT", "/api/v1/users/researcher1/roles/AUDITOR", "", Set.of()),
          new Action(
              "POST",
              "/api/v1/tariffs",
              "{\"partition\":\"batch\",\"priceMicroPerCoreHour\":40000,\"currency\":\"CNY\","
                  + "\"reason\":\"r\"}",
              FINANCE),
          new Action(
              "POST",
              "/api/v1/wallets/climate/top-ups",
              "{\"amountMicro\":1,\"currency\":\"CNY\",\"reason\":\"r\"}",
              FINANCE),
          new Action(
              "POST", "/api/v1/archive", "{\"month\":\"2001-12\",\"reason\":\"r\"}", FINANCE),
          new Action("GET", "/api/v1/archive", "", Set.of("admin1", "finance1", "auditor1")),
          new Action("GET", "/api/v1/nodes", "", ALL),
          new Action("GET", "/api/v1/partitions", "", ALL));

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
  }

  private static String heldJob() throws Exception {
    String location =
        server
            .post("researcher1", "/api/v1/jobs", HELD)
            .headers()
            .firstValue("Location")
            .orElseThrow();
    return location.substring(location.lastIndexOf('/') + 1);
  }

  @ParameterizedTest
  @FieldSource("ACTIONS")
  void onlyWhoTheTableNamesMayDoIt(Action action) throws Exception {
    List<String> permitted = new ArrayList<>();
    for (String account : ACCOUNTS) {
      String path =
          action.path().contains("JOB") ? action.path().replace("JOB", heldJob()) : action.path();
      HttpResponse<String> answer = server.call(account, action.method(), path, action.body());
      boolean hidden = answer.statusCode() == 404 && action.path().contains("JOB");
      if (answer.statusCode() != 403 && !hidden) {
        permitted.add(account);
      }
    }
    assertThat(permitted)
        .as(action.method() + " " + action.path())
        .containsExactlyInAnyOrderElementsOf(action.permitted());
  }
}
