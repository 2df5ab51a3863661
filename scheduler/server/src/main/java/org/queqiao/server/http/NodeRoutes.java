package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.node.NodeHealth;
import org.queqiao.contract.node.NodeSettings;
import org.queqiao.contract.node.NodeState;
import org.queqiao.core.explain.Table;
import org.queqiao.core.message.Input;
import org.queqiao.server.gateway.AgentGateway;
import org.queqiao.server.gateway.NodeGauges;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.NodeEntry;

/** Reading and steering nodes. */
final class NodeRoutes {
  private final ClusterView view;
  private final Inputs inputs;
  private final AgentGateway gateway;

  NodeRoutes(ClusterView view, Inputs inputs, AgentGateway gateway) {
    this.view = view;
    this.inputs = inputs;
    this.gateway = gateway;
  }

  void on(Api api) {
    api.on("listNodes", this::list);
    api.on("getNode", this::get);
    api.on(
        "drainNode",
        call -> steer(call, new Input.DrainNode(actor(call), name(call), reason(call))));
    api.on("resumeNode", call -> steer(call, new Input.ResumeNode(actor(call), name(call))));
    api.on("putNodeSettings", this::set);
    api.on(
        "fenceNode",
        call -> steer(call, new Input.FenceNode(actor(call), name(call), reason(call))));
  }

  private static Actor actor(Call call) {
    return call.principal().actor();
  }

  private static NodeName name(Call call) {
    return new NodeName(call.text("name"));
  }

  private static String reason(Call call) {
    return (String) call.body().get("reason");
  }

  private void steer(Call call, Input input) {
    inputs.submit(call, input, _ -> get(call));
  }

  /** What the body does not name stays as it is. */
  @SuppressWarnings("unchecked")
  private void set(Call call) {
    NodeName name = name(call);
    NodeSettings now =
        view.nodes().find(name).map(NodeEntry::settings).orElse(NodeSettings.DEFAULT);
    List<String> features = (List<String>) call.body().getOrDefault("features", now.features());
    long weight = (Long) call.body().getOrDefault("weight", (long) now.weight());
    String type = (String) call.body().getOrDefault("nodeType", now.type());
    NodeSettings settings = new NodeSettings(features, Math.toIntExact(weight), type);
    steer(call, new Input.SetNode(actor(call), new NodeSettingsSet(name, settings)));
  }

  private void list(Call call) {
    String after = Cursor.namesAfter(call.text("cursor"));
    if (after != null && !NodeName.FORM.matcher(after).matches()) {
      throw Refused.malformed("cursor", "cursor is not one that this server gave out");
    }
    int limit = call.number("limit").intValue();
    Collection<NodeEntry> rest = view.nodes().after(after == null ? null : new NodeName(after));
    List<NodeEntry> found = rest.stream().limit(limit + 1L).toList();
    List<NodeEntry> page = found.size() > limit ? found.subList(0, limit) : found;
    String next =
        found.size() > limit ? Cursor.ofNamesAfter(page.getLast().facts().name().value()) : null;
    Map<NodeName, NodeGauges> gauges = gateway.gauges();
    if (call.accepted("application/json", "text/plain").equals("text/plain")) {
      call.text(200, "text/plain", table(page, gauges));
      return;
    }
    call.json(
        200,
        out ->
            Json.page(
                out, page, next, (node, to) -> write(node, gauges.get(node.facts().name()), to)));
  }

  private void get(Call call) {
    NodeName name = name(call);
    NodeEntry node =
        view.nodes().find(name).orElseThrow(() -> Refused.notFound("there is no node " + name));
    call.json(200, out -> write(node, gateway.gauges().get(name), out));
  }

  private static String table(List<NodeEntry> nodes, Map<NodeName, NodeGauges> gauges) {
    Table table = new Table("NODE", "STATE", ">CORES", ">USED", ">MEM_MIB", ">LOAD1", "REASON");
    for (NodeEntry node : nodes) {
      NodeGauges gauge = gauges.get(node.facts().name());
      table.row(
          node.facts().name(),
          node.state() + (node.drained() ? "+DRAIN" : ""),
          node.facts().cores(),
          node.coresAllocated(),
          node.facts().memBytes() >> 20,
          gauge == null ? null : decimal(gauge.load1Milli()),
          node.drained() ? node.drainReason() : node.reason());
    }
    return table.toString();
  }

  private static String decimal(long milli) {
    return milli / 1000 + "." + String.format("%02d", milli % 1000 / 10);
  }

  private static void write(NodeEntry node, NodeGauges gauges, JsonGenerator out)
      throws IOException {
    NodeFacts facts = node.facts();
    boolean up = node.state() == NodeState.UP;
    out.writeStartObject();
    out.writeStringField("name", facts.name().value());
    out.writeStringField("state", node.state().name());
    out.writeStringField("reason", JobDocument.orNull(node.reason()));
    out.writeBooleanField("drained", node.drained());
    out.writeStringField("drainReason", JobDocument.orNull(node.drainReason()));
    out.writeNumberField("cores", facts.cores());
    out.writeNumberField("coresAllocated", node.coresAllocated());
    out.writeNumberField(
        "sockets", facts.numa().stream().mapToInt(NodeFacts.NumaNode::socket).distinct().count());
    out.writeNumberField("numaNodes", facts.numa().size());
    out.writeNumberField("memBytes", facts.memBytes());
    out.writeNumberField("memAllocatedBytes", node.memAllocatedBytes());
    writeGres(facts, out);
    Json.texts(out, "features", node.settings().features());
    out.writeNumberField("weight", node.settings().weight());
    out.writeStringField("nodeType", JobDocument.orNull(node.settings().type()));
    out.writeNumberField("jobs", node.jobs());
    boolean heard = gauges != null && gauges.heardMs() > node.lastSeenMs();
    Json.number(out, "lastSeenMs", heard ? gauges.heardMs() : positive(node.lastSeenMs()));
    boolean measured = gauges != null && up && gauges.memTotalBytes() > 0;
    Json.number(out, "load1Milli", measured ? (Number) gauges.load1Milli() : null);
    Json.number(out, "memUsedBytes", measured ? (Number) gauges.memUsedBytes() : null);
    writeHealth(gauges == null ? NodeHealth.UNKNOWN : gauges.health(), out);
    out.writeStringField("kernel", facts.kernel());
    out.writeStringField("agentVersion", facts.agentVersion());
    Json.texts(out, "absent", facts.absent());
    out.writeEndObject();
  }

  /** Null of a node that has no health check, or has not told of one since the server started. */
  private static void writeHealth(NodeHealth health, JsonGenerator out) throws IOException {
    if (health.checkedMs() == 0) {
      out.writeNullField("health");
      return;
    }
    out.writeObjectFieldStart("health");
    out.writeBooleanField("sound", health.isSound());
    out.writeStringField("fault", JobDocument.orNull(health.fault()));
    out.writeNumberField("checkedMs", health.checkedMs());
    out.writeEndObject();
  }

  private static Long positive(long ms) {
    return ms > 0 ? (Long) ms : null;
  }

  private static void writeGres(NodeFacts facts, JsonGenerator out) throws IOException {
    out.writeArrayFieldStart("gres");
    for (NodeFacts.GresInventory each : facts.gres()) {
      out.writeStartObject();
      out.writeStringField("name", each.name());
      out.writeStringField("type", each.type());
      out.writeNumberField("count", each.count());
      out.writeEndObject();
    }
    out.writeEndArray();
  }
}
