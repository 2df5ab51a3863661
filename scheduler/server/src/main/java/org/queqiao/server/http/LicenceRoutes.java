package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.core.message.Input;
import org.queqiao.server.view.Door;

/** The licences of the site, and how many are in use. */
final class LicenceRoutes {
  private final Inputs inputs;
  private final Door door;

  /** A licence and how many of it runs hold. */
  private record Use(LicenceDefined licence, int used) {}

  LicenceRoutes(Inputs inputs, Door door) {
    this.inputs = inputs;
    this.door = door;
  }

  void on(Api api) {
    api.on(
        "listLicences",
        call ->
            ask(
                call,
                all ->
                    SiteRoutes.page(
                        call, all, each -> each.licence().name(), LicenceRoutes::write)));
    api.on("putLicence", this::put);
  }

  private void put(Call call) {
    String name = call.text("name");
    int count = Math.toIntExact((Long) call.body().get("count"));
    inputs.submit(
        call,
        new Input.DefineLicence(call.principal().actor(), new LicenceDefined(name, count)),
        _ ->
            ask(
                call,
                all -> {
                  Use now =
                      all.stream()
                          .filter(each -> each.licence().name().equals(name))
                          .findFirst()
                          .orElseThrow();
                  call.json(200, out -> write(now, out));
                }));
  }

  private void ask(Call call, Consumer<List<Use>> answer) {
    var _ =
        door.ask(
                state ->
                    state.licences().stream()
                        .map(each -> new Use(each, state.licencesUsed(each.name())))
                        .toList())
            .whenComplete((found, failure) ->
                call.onLoop(() -> {
                  if (failure != null) {
                    call.refuse(
                        Refused.busy("the scheduler is busy: try again in a second").refusal());
                  } else {
                    answer.accept(found);
                  }
                }));
  }

  private static void write(Use use, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("name", use.licence().name());
    out.writeNumberField("count", use.licence().count());
    out.writeNumberField("used", use.used());
    out.writeEndObject();
  }
}
