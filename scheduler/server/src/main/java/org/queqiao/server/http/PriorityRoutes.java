package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.queqiao.contract.event.PlatformDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PlatformName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.contract.snapshot.PrioritiesImage;
import org.queqiao.core.explain.ExplanationText;
import org.queqiao.core.explain.Table;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.PriorityTerms;
import org.queqiao.core.message.ShareLine;
import org.queqiao.server.auth.Account;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.JobEntry;
import org.queqiao.server.view.Scope;

/** Platforms, qualities of service, weights, rules; shares and priorities as they are now. */
final class PriorityRoutes {
  private final ClusterView view;
  private final Inputs inputs;

  PriorityRoutes(ClusterView view, Inputs inputs) {
    this.view = view;
    this.inputs = inputs;
  }

  void on(Api api) {
    api.on("listPlatforms", this::listPlatforms);
    api.on("putPlatform", this::putPlatform);
    api.on("listQos", this::listQos);
    api.on("putQos", this::putQos);
    api.on(
        "getPriorityPolicy",
        call -> call.json(200, out -> PolicyJson.write(priorities().policy(), out)));
    api.on("putPriorityPolicy", this::putPolicy);
    api.on("listRules", this::listRules);
    api.on("putRules", this::putRules);
    api.on("listShares", this::shares);
    api.on("getJobPriority", this::priority);
  }

  private static Actor actor(Call call) {
    return call.principal().actor();
  }

  private PrioritiesImage priorities() {
    return view.site().priorities();
  }

  private void listPlatforms(Call call) {
    SiteRoutes.page(call, priorities().platforms(), each -> each.name().value(), PolicyJson::write);
  }

  private void putPlatform(Call call) {
    PlatformDefined platform =
        new PlatformDefined(new PlatformName(call.text("name")), (String) call.body().get("title"));
    inputs.submit(
        call,
        new Input.DefinePlatform(actor(call), platform),
        _ -> call.json(200, out -> PolicyJson.write(platform, out)));
  }

  private void listQos(Call call) {
    SiteRoutes.page(call, priorities().qos(), each -> each.name().value(), PolicyJson::write);
  }

  private void putQos(Call call) {
    QosDefined qos = PolicyJson.qos(new QosName(call.text("name")), call.body());
    inputs.submit(
        call,
        new Input.DefineQos(actor(call), qos),
        _ -> call.json(200, out -> PolicyJson.write(qos, out)));
  }

  private void putPolicy(Call call) {
    var policy = PolicyJson.policy(priorities().policy(), call.body());
    inputs.submit(
        call,
        new Input.DefinePriorityPolicy(actor(call), policy),
        _ -> call.json(200, out -> PolicyJson.write(policy, out)));
  }

  private void listRules(Call call) {
    if (!view.site().scopeOf(call.principal().user()).everything()) {
      throw Refused.forbidden("only who sees all jobs sees the rules of all subjects");
    }
    SiteRoutes.page(
        call,
        priorities().rules(),
        each -> each.subject().kind() + "/" + each.subject().label(),
        PolicyJson::write);
  }

  private void putRules(Call call) {
    String kind = call.text("kind");
    Subject subject;
    try {
      subject = Subject.of(kind, call.text("name"));
    } catch (IllegalArgumentException e) {
      throw Refused.malformed("name", "no name of a " + kind + ": " + e.getMessage());
    }
    Rules before =
        priorities().rules().stream()
            .filter(each -> each.subject().equals(subject))
            .findFirst()
            .map(RulesSet::rules)
            .orElse(Rules.NONE);
    RulesSet set = new RulesSet(subject, PolicyJson.rules(before, call.body()));
    inputs.submit(
        call,
        new Input.SetRules(actor(call), set),
        _ -> call.json(200, out -> PolicyJson.write(set, out)));
  }

  private void shares(Call call) {
    long nowMs = System.currentTimeMillis();
    Scope scope = view.site().scopeOf(call.principal().user());
    inputs.ask(
        call,
        state -> state.shares(nowMs),
        lines -> {
          List<ShareLine> known = lines.stream().filter(each -> mayKnow(scope, each)).toList();
          if (call.accepted("application/json", "text/plain").equals("text/plain")) {
            call.text(200, "text/plain", table(known));
          } else {
            call.json(200, out -> Json.page(out, known, null, PriorityRoutes::write));
          }
        });
  }

  /**
   * Everybody knows platforms, the projects that they belong to, themselves and who they manage.
   */
  private boolean mayKnow(Scope scope, ShareLine line) {
    return scope.everything()
        || switch (line.subject()) {
          case Subject.Platform _ -> true;
          case Subject.Project(ProjectName name) -> belongsTo(scope.user(), name);
          case Subject.Member(ProjectName project, UserName user) -> scope.sees(user, project);
          case Subject.Centre _, Subject.User _, Subject.Qos _, Subject.Partition _ -> false;
        };
  }

  private boolean belongsTo(UserName user, ProjectName project) {
    return view.site().account(user).map(Account::memberships).orElse(List.of()).stream()
        .anyMatch(each -> each.project().equals(project));
  }

  private static String table(List<ShareLine> lines) {
    Table table =
        new Table(
            "SUBJECT",
            ">SHARES",
            ">OF",
            ">NORM_SHARES",
            ">CORE_S",
            ">NORM_USE",
            ">EFFECTIVE",
            ">FACTOR");
    for (ShareLine line : lines) {
      var node = line.node();
      table.row(
          line.subject().kind() + " " + line.subject().label(),
          node.shares(),
          node.siblingShares(),
          PolicyJson.part(node.sharesPart()),
          node.usedMilliCoreMs().divide(java.math.BigInteger.valueOf(1_000_000)),
          PolicyJson.part(node.usePart()),
          PolicyJson.part(node.effectivePart()),
          ExplanationText.millionths(node.factorPpm()));
    }
    return table.toString();
  }

  private static void write(ShareLine line, JsonGenerator out) throws IOException {
    var node = line.node();
    out.writeStartObject();
    out.writeStringField("kind", line.subject().kind());
    out.writeStringField("name", line.subject().label());
    out.writeNumberField("shares", node.shares());
    out.writeNumberField("siblingShares", node.siblingShares());
    out.writeNumberField("normSharesPpm", PolicyJson.ppm(node.sharesPart()));
    out.writeFieldName("usageCoreMs");
    out.writeNumber(node.usedMilliCoreMs().divide(java.math.BigInteger.valueOf(1000)));
    out.writeNumberField("normUsagePpm", PolicyJson.ppm(node.usePart()));
    out.writeNumberField("effectiveUsagePpm", PolicyJson.ppm(node.effectivePart()));
    out.writeNumberField("factorPpm", node.factorPpm());
    out.writeEndObject();
  }

  private void priority(Call call) {
    long nowMs = System.currentTimeMillis();
    long id = call.number("id");
    JobEntry entry = view.jobs().find(id);
    if (entry == null
        || !view.site().permits(actor(call), new Action.SeeJob(entry.user(), entry.project()))) {
      throw Refused.notFound("there is no waiting job with this number that you may see");
    }
    inputs.ask(
        call,
        state -> state.priority(new JobId(id), nowMs),
        (Optional<PriorityTerms> found) -> {
          if (found.isEmpty()) {
            call.refuse(
                Refused.notFound("job " + id + " does not wait: only waiting jobs have a priority")
                    .refusal());
          } else if (call.accepted("application/json", "text/plain").equals("text/plain")) {
            call.text(200, "text/plain", ExplanationText.terms(found.get()));
          } else {
            call.json(200, out -> write(id, found.get(), out));
          }
        });
  }

  private static void write(long id, PriorityTerms terms, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeNumberField("id", id);
    PolicyJson.writeTerms(terms, out);
    out.writeEndObject();
  }
}
