package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.node.NetworkSwitch;
import org.queqiao.core.message.Input;
import org.queqiao.core.state.ClusterState;

/** The licences of the site, how many are in use, and the switches of its network. */
final class LicenceRoutes {
  private final Inputs inputs;

  /** A licence and how many of it runs hold. */
  private record Use(LicenceDefined licence, int used) {}

  LicenceRoutes(Inputs inputs) {
    this.inputs = inputs;
  }

  void on(Api api) {
    api.on(
        "listLicences",
        call ->
            inputs.ask(
                call,
                LicenceRoutes::uses,
                all ->
                    SiteRoutes.page(
                        call, all, each -> each.licence().name(), LicenceRoutes::write)));
    api.on("putLicence", this::put);
    api.on(
        "getTopology",
        call -> inputs.ask(call, ClusterState::topology, found -> topology(call, found)));
    api.on("putTopology", this::putTopology);
  }

  private void put(Call call) {
    String name = call.text("name");
    int count = Math.toIntExact((Long) call.body().get("count"));
    inputs.submit(
        call,
        new Input.DefineLicence(call.principal().actor(), new LicenceDefined(name, count)),
        _ ->
            inputs.ask(
                call,
                LicenceRoutes::uses,
                all -> {
                  Use now =
                      all.stream()
                          .filter(each -> each.licence().name().equals(name))
                          .findFirst()
                          .orElseThrow();
                  call.json(200, out -> write(now, out));
                }));
  }

  @SuppressWarnings("unchecked")
  private void putTopology(Call call) {
    List<NetworkSwitch> switches =
        ((List<Map<String, Object>>) call.body().get("switches"))
            .stream()
                .map(each ->
                    new NetworkSwitch(
                        (String) each.get("name"),
                        (String) each.getOrDefault("parent", ""),
                        (String) each.getOrDefault("nodes", "")))
                .toList();
    TopologyDefined topology = new TopologyDefined(switches);
    inputs.submit(
        call,
        new Input.DefineTopology(call.principal().actor(), topology),
        _ -> topology(call, topology));
  }

  private static void topology(Call call, TopologyDefined topology) {
    call.json(
        200,
        out -> {
          out.writeStartObject();
          out.writeArrayFieldStart("switches");
          for (NetworkSwitch each : topology.switches()) {
            out.writeStartObject();
            out.writeStringField("name", each.name());
            out.writeStringField("parent", each.parent());
            out.writeStringField("nodes", each.nodes());
            out.writeEndObject();
          }
          out.writeEndArray();
          out.writeEndObject();
        });
  }

  private static List<Use> uses(ClusterState state) {
    return state.licences().stream()
        .map(each -> new Use(each, state.licencesUsed(each.name())))
        .toList();
  }

  private static void write(Use use, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("name", use.licence().name());
    out.writeNumberField("count", use.licence().count());
    out.writeNumberField("used", use.used());
    out.writeEndObject();
  }
}
