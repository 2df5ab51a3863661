package org.queqiao.server.stream;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;

/**
 * What a stream tells of a fact: that it happened, and to what. Whoever wants more reads it.
 *
 * @param position of the fact in the log, which is the id of the event
 * @param timeMs logical time
 * @param type name of the fact
 * @param audience who may hear of it
 * @param job number of the job, or 0
 * @param state of the job or node after it, or null
 * @param node or null
 * @param user or null
 * @param project or null
 * @param partition or null
 */
record Change(
    long position,
    long timeMs,
    String type,
    Audience audience,
    long job,
    String state,
    String node,
    UserName user,
    ProjectName project,
    String partition) {
  /** Who may hear of a fact. */
  enum Audience {
    /** Whoever is signed in. */
    ALL,
    /** Whoever may see jobs of {@code user} in {@code project}. */
    JOB,
    /** Members of {@code project}, and whoever sees everything. */
    PROJECT,
    /** The account {@code user}, and whoever sees everything. */
    USER
  }

  /** The event as it goes over the wire. */
  String frame() {
    StringBuilder out = new StringBuilder(192);
    out.append("id: ").append(position).append("\nevent: ").append(type).append("\ndata: {");
    out.append("\"position\":").append(position);
    out.append(",\"timeMs\":").append(timeMs);
    text(out, "type", type);
    if (job > 0) {
      out.append(",\"job\":").append(job);
    }
    text(out, "state", state);
    text(out, "node", node);
    text(out, "user", user == null ? null : user.value());
    text(out, "project", project == null ? null : project.value());
    text(out, "partition", partition);
    return out.append("}\n\n").toString();
  }

  private static void text(StringBuilder out, String name, String value) {
    if (value != null) {
      out.append(",\"").append(name).append("\":\"");
      JsonStringEncoder.getInstance().quoteAsString(value, out);
      out.append('"');
    }
  }
}
