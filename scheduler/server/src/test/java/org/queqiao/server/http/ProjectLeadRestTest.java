package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.time.YearMonth;
import java.time.ZoneId;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who leads a project and its cost centre, on a whole server with its real database. */
final class ProjectLeadRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
  }

  private static JsonNode json(HttpResponse<String> answer, int status) throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    return JSON.readTree(answer.body());
  }

  private static HttpResponse<String> settings(String who, String project, String body)
      throws Exception {
    return server.call(who, "PUT", "/api/v1/projects/" + project + "/settings", body);
  }

  @Test
  void whoLeadsAProjectManagesItAndBothStandOnItsStatement() throws Exception {
    server.local("/projects", "project=led&domain=atmosphere");
    assertThat(server.get("researcher2", "/api/v1/projects/led").statusCode()).isEqualTo(404);
    JsonNode set =
        json(settings("admin1", "led", "{\"pi\":\"researcher2\",\"costCentre\":\"-7 气候\"}"), 200);
    assertThat(set.path("pi").asText()).isEqualTo("researcher2");
    assertThat(set.path("costCentre").asText()).isEqualTo("-7 气候");
    assertThat(json(server.get("researcher2", "/api/v1/projects/led"), 200)).isEqualTo(set);
    assertThat(json(server.get("researcher2", "/api/v1/me"), 200).toString())
        .contains("{\"name\":\"led\",\"rank\":\"MANAGER\"}");
    assertThat(
            server
                .call(
                    "researcher2",
                    "PUT",
                    "/api/v1/projects/led/members/researcher1",
                    "{\"rank\":\"MEMBER\"}")
                .statusCode())
        .isEqualTo(204);

    String month = YearMonth.now(ZoneId.of("Asia/Shanghai")).toString();
    String statement = "/api/v1/statements?project=led&period=" + month;
    JsonNode told = json(server.get("researcher2", statement), 200);
    assertThat(told.path("pi").asText()).isEqualTo("researcher2");
    assertThat(told.path("costCentre").asText()).isEqualTo("-7 气候");

    server.command("admin1", "project", "cost-centre", "led", "KST", "8", "--reason", "moved");
    server.command("admin1", "project", "pi", "led", "researcher1");
    JsonNode after = json(server.get("admin1", "/api/v1/projects/led"), 200);
    assertThat(after.path("pi").asText()).isEqualTo("researcher1");
    assertThat(after.path("costCentre").asText()).isEqualTo("KST 8");
    assertThat(server.get("researcher2", "/api/v1/projects/led").statusCode()).isEqualTo(404);
    assertThat(
            json(server.get("auditor1", "/api/v1/audit?about=project:led&kind=ProjectDefined"), 200)
                .path("items"))
        .hasSize(4);
    server.command("admin1", "project", "cost-centre", "led", "-");
    assertThat(json(server.get("admin1", "/api/v1/projects/led"), 200).path("costCentre").isNull())
        .isTrue();
  }

  @Test
  void reportsAreByCostCentre() throws Exception {
    String query = "?by=costCentre,project&from=2026-01&to=2099-12";
    assertThat(json(server.get("finance1", "/api/v1/reports/usage" + query), 200).path("items"))
        .isNotNull();
    assertThat(server.get("finance1", "/api/v1/reports/usage" + query + "&format=csv").body())
        .startsWith("costCentre,project,core_hours,");
    assertThat(server.get("finance1", "/api/v1/reports/ended" + query).statusCode()).isEqualTo(200);
  }

  @Test
  void whatCannotBeIsRefusedWithItsField() throws Exception {
    server.local("/projects", "project=unled&domain=atmosphere");
    JsonNode nobody = json(settings("admin1", "unled", "{\"pi\":\"nobody7\"}"), 422);
    assertThat(nobody.path("field").asText()).isEqualTo("pi");
    assertThat(settings("admin1", "unled", "{\"pi\":null}").statusCode()).isEqualTo(422);
    assertThat(
            settings("admin1", "unled", "{\"costCentre\":\"" + "x".repeat(65) + "\"}").statusCode())
        .isEqualTo(422);
    assertThat(settings("admin1", "no-project", "{\"costCentre\":\"x\"}").statusCode())
        .isEqualTo(404);
    assertThat(settings("manager1", "climate", "{\"pi\":\"manager1\"}").statusCode())
        .isEqualTo(403);
    assertThatThrownBy(() -> server.command("admin1", "project", "pi", "unled"))
        .hasMessageContaining("project pi PROJECT USER");
  }
}
