package org.queqiao.server.alert;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.queqiao.accounting.sql.AlertBook;

/** An alert as calls and answers tell it. */
public final class AlertJson {
  private AlertJson() {}

  /** Its fields, within an object. */
  public static void write(AlertBook.Alert alert, JsonGenerator out) throws IOException {
    out.writeNumberField("id", alert.id());
    out.writeStringField("kind", alert.kind().name());
    out.writeStringField("subject", alert.subject());
    out.writeNumberField("level", alert.level());
    out.writeStringField("project", alert.project());
    out.writeStringField("title", alert.title());
    out.writeStringField("body", alert.body());
    out.writeNumberField("madeMs", alert.madeMs());
  }
}
