package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Statements as files, from a whole server with its real database. */
final class StatementFileRestTest {
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.shared();
    server.local("/projects", "project=to-print&domain=atmosphere");
  }

  private static HttpResponse<byte[]> file(String who, String name) throws Exception {
    return server
        .http()
        .send(
            server.request(who, "/api/v1/statements/" + name).GET().build(),
            HttpResponse.BodyHandlers.ofByteArray());
  }

  @Test
  void aStatementIsAFileOfEachKindAndLanguage() throws Exception {
    HttpResponse<byte[]> pdf = file("finance1", "to-print-2026-11.pdf?lang=zh");
    assertThat(pdf.statusCode()).isEqualTo(200);
    assertThat(pdf.headers().firstValue("Content-Type")).hasValue("application/pdf");
    assertThat(pdf.headers().firstValue("Content-Disposition"))
        .hasValue("attachment; filename=\"statement-to-print-2026-11.pdf\"");
    assertThat(pdf.body()).startsWith("%PDF-".getBytes(StandardCharsets.US_ASCII));
    HttpResponse<byte[]> xlsx = file("finance1", "to-print-2026-11.xlsx");
    assertThat(xlsx.body()).startsWith('P', 'K');
    String csv =
        new String(file("finance1", "to-print-2026-11.csv?lang=zh").body(), StandardCharsets.UTF_8);
    assertThat(csv).startsWith("\uFEFF用户,分区");
  }

  @Test
  void whatIsNoStatementOrNotForTheAskerIsRefused() throws Exception {
    for (String name :
        new String[] {"to-print-2026-13.pdf", "to-print-2026-11.exe", "2026-11.pdf"}) {
      assertThat(file("finance1", name).statusCode()).as(name).isEqualTo(400);
    }
    assertThat(file("finance1", "to-print-2026-11.pdf?lang=fr").statusCode()).isEqualTo(422);
    assertThat(file("finance1", "never-made-2026-11.pdf").statusCode()).isEqualTo(404);
    assertThat(file("researcher1", "to-print-2026-11.pdf").statusCode()).isEqualTo(404);
  }

  @Test
  void usageIsAFileOfEachKind() throws Exception {
    String query = "/api/v1/usage?by=project&from=0&to=1&lang=zh&format=";
    for (String kind : new String[] {"csv", "xlsx", "pdf"}) {
      HttpResponse<byte[]> answer =
          server
              .http()
              .send(
                  server.request("finance1", query + kind).GET().build(),
                  HttpResponse.BodyHandlers.ofByteArray());
      assertThat(answer.statusCode()).as(kind).isEqualTo(200);
      assertThat(answer.headers().firstValue("Content-Disposition"))
          .hasValue("attachment; filename=\"usage-project." + kind + "\"");
      if (kind.equals("csv")) {
        assertThat(new String(answer.body(), StandardCharsets.UTF_8))
            .isEqualTo("\uFEFF项目,核时,金额,币种\r\n");
      }
    }
    assertThat(server.get("finance1", query + "exe").statusCode()).isEqualTo(422);
  }
}
