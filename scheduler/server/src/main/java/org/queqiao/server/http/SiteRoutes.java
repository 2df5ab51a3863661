package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Function;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.JobPolicyDefined;
import org.queqiao.contract.event.MembershipRemoved;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.event.RoleRevoked;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Input;
import org.queqiao.core.placement.HostList;
import org.queqiao.server.auth.Account;
import org.queqiao.server.host.UnixAccounts;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.Scope;
import org.queqiao.server.view.Site;

/** Partitions, projects with their members, accounts with their roles, domains. */
final class SiteRoutes {
  static final String BILLED = "billed";
  private static final String NOT_BILLED = "notBilled";
  private final ClusterView view;
  private final Inputs inputs;
  private final UnixAccounts unixAccounts;
  private final Blocking blocking;

  SiteRoutes(ClusterView view, Inputs inputs, UnixAccounts unixAccounts, Blocking blocking) {
    this.view = view;
    this.inputs = inputs;
    this.unixAccounts = unixAccounts;
    this.blocking = blocking;
  }

  void on(Api api) {
    api.on("listPartitions", this::listPartitions);
    api.on("putPartition", this::putPartition);
    api.on("getJobPolicy", this::getJobPolicy);
    api.on("putJobPolicy", this::putJobPolicy);
    api.on("getScheduling", this::getScheduling);
    api.on("putScheduling", this::putScheduling);
    api.on("listProjects", this::listProjects);
    api.on("getProject", call -> call.json(200, out -> write(visibleProject(call), out)));
    api.on("postProject", this::postProject);
    api.on("putProjectSettings", this::putProjectSettings);
    api.on("putMember", this::putMember);
    api.on("deleteMember", this::deleteMember);
    api.on("listUsers", this::listUsers);
    api.on("getUser", this::getUser);
    api.on("postUser", this::postUser);
    api.on("putRole", call -> role(call, true));
    api.on("deleteRole", call -> role(call, false));
    api.on("listDomains", this::listDomains);
    api.on("postDomain", this::postDomain);
  }

  private static Actor actor(Call call) {
    return call.principal().actor();
  }

  /** Answers a page of things that are sorted by name. */
  static <T> void page(Call call, List<T> all, Function<T, String> name, Json.Item<T> item) {
    String after = Cursor.namesAfter(call.text("cursor"));
    int limit = call.number("limit").intValue();
    List<T> rest = new ArrayList<>();
    for (T each : all) {
      if (rest.size() <= limit && (after == null || name.apply(each).compareTo(after) > 0)) {
        rest.add(each);
      }
    }
    List<T> items = rest.size() > limit ? rest.subList(0, limit) : rest;
    String next = rest.size() > limit ? Cursor.ofNamesAfter(name.apply(items.getLast())) : null;
    call.json(200, out -> Json.page(out, items, next, item));
  }

  private void listPartitions(Call call) {
    Site site = view.site();
    long nowMs = System.currentTimeMillis();
    page(
        call,
        site.partitions(),
        each -> each.name().value(),
        (each, out) -> write(site, each, nowMs, out));
  }

  private static void write(Site site, PartitionDefined each, long nowMs, JsonGenerator out)
      throws IOException {
    TariffDefined price = site.priceAt(each.name(), nowMs).orElse(null);
    out.writeStartObject();
    out.writeStringField("name", each.name().value());
    out.writeBooleanField("isDefault", each.isDefault());
    out.writeNumberField("defaultLimitMs", each.defaultLimitMs());
    out.writeNumberField("maxLimitMs", each.maxLimitMs());
    out.writeStringField("nodes", JobDocument.orNull(each.nodes()));
    out.writeBooleanField("predictions", !each.plansByLimits());
    out.writeNumberField("tier", each.tier());
    PolicyJson.write(each.preemption(), out);
    Json.number(out, "priceMicroPerCoreHour", price == null ? null : price.priceMicroPerCoreHour());
    out.writeStringField("currency", price == null ? null : price.currency());
    out.writeEndObject();
  }

  private void putPartition(Call call) {
    PartitionName name = new PartitionName(call.text("name"));
    Optional<PartitionDefined> before = view.site().partition(name);
    boolean wasDefault = before.map(PartitionDefined::isDefault).orElse(false);
    String hadNodes = before.map(PartitionDefined::nodes).orElse("");
    boolean predicted = !before.map(PartitionDefined::plansByLimits).orElse(false);
    int tier = before.map(PartitionDefined::tier).orElse(PartitionDefined.TIER);
    PreemptRules preemption = before.map(PartitionDefined::preemption).orElse(PreemptRules.OFF);
    PartitionDefined rules =
        new PartitionDefined(
            name,
            (Boolean) call.body().getOrDefault("isDefault", wasDefault),
            (Long) call.body().get("defaultLimitMs"),
            (Long) call.body().get("maxLimitMs"),
            (String) call.body().getOrDefault("nodes", hadNodes),
            !(Boolean) call.body().getOrDefault("predictions", predicted),
            PolicyJson.integer(call.body(), "tier", tier),
            PolicyJson.preemption(preemption, call.body()));
    inputs.submit(
        call,
        new Input.DefinePartition(actor(call), rules),
        _ -> {
          Site site = view.site();
          PartitionDefined now = site.partition(name).orElseThrow();
          if (matchesNoNode(now.nodes())) {
            call.response()
                .putHeader(
                    "Queqiao-Warning",
                    "no node has a name of this partition's nodes, so nothing starts in it yet");
          }
          call.json(200, out -> write(site, now, System.currentTimeMillis(), out));
        });
  }

  private boolean matchesNoNode(String nodes) {
    return !nodes.isEmpty()
        && HostList.parse(nodes).stream().noneMatch(each -> view.nodes().find(each).isPresent());
  }

  private void getScheduling(Call call) {
    SchedulingDefined scheduling = view.site().scheduling();
    call.json(
        200,
        out -> {
          out.writeStartObject();
          out.writeStringField("policy", scheduling.policy());
          out.writeNumberField("reservations", scheduling.reservations());
          out.writeEndObject();
        });
  }

  private void putScheduling(Call call) {
    inputs.submit(
        call,
        new Input.DefineScheduling(actor(call), scheduling(call.body())),
        _ -> getScheduling(call));
  }

  static SchedulingDefined scheduling(Map<String, Object> body) {
    Object stated = body.get("reservations");
    int reservations =
        stated == null ? SchedulingDefined.DEFAULT.reservations() : ((Long) stated).intValue();
    return new SchedulingDefined((String) body.get("policy"), reservations);
  }

  private void getJobPolicy(Call call) {
    JobPolicyDefined policy = view.site().jobPolicy();
    call.json(
        200,
        out -> {
          out.writeStartObject();
          out.writeNumberField("maxAttempts", policy.maxAttempts());
          out.writeStringField("suspendedTime", suspendedTime(policy.billsSuspendedTime()));
          out.writeBooleanField("budgetGate", policy.budgetGate());
          out.writeEndObject();
        });
  }

  static String suspendedTime(boolean billed) {
    return billed ? BILLED : NOT_BILLED;
  }

  private void putJobPolicy(Call call) {
    int maxAttempts = ((Long) call.body().get("maxAttempts")).intValue();
    Object stated = call.body().get("suspendedTime");
    boolean billed =
        stated == null ? view.site().jobPolicy().billsSuspendedTime() : BILLED.equals(stated);
    Object gated = call.body().get("budgetGate");
    boolean gate = gated == null ? view.site().jobPolicy().budgetGate() : (Boolean) gated;
    inputs.submit(
        call,
        new Input.DefineJobPolicy(actor(call), new JobPolicyDefined(maxAttempts, billed, gate)),
        _ -> getJobPolicy(call));
  }

  /** Members see their projects; who sees everything sees all. */
  static boolean mayKnow(Scope scope, ClusterImage.ProjectImage project) {
    return scope.everything()
        || scope.user().equals(project.definition().pi())
        || project.members().stream().anyMatch(each -> each.user().equals(scope.user()));
  }

  private void listProjects(Call call) {
    Scope scope = view.site().scopeOf(call.principal().user());
    List<ClusterImage.ProjectImage> known =
        view.site().projects().stream().filter(each -> mayKnow(scope, each)).toList();
    page(call, known, each -> each.definition().name().value(), SiteRoutes::write);
  }

  private ClusterImage.ProjectImage visibleProject(Call call) {
    Scope scope = view.site().scopeOf(call.principal().user());
    return view.site()
        .project(new ProjectName(call.text("name")))
        .filter(each -> mayKnow(scope, each))
        .orElseThrow(() -> Refused.notFound("there is no project of this name that you may see"));
  }

  private static void write(ClusterImage.ProjectImage project, JsonGenerator out)
      throws IOException {
    out.writeStartObject();
    out.writeStringField("name", project.definition().name().value());
    out.writeStringField("title", project.definition().title());
    write(project.definition().domains(), out);
    UserName pi = project.definition().pi();
    out.writeStringField("pi", pi == null ? null : pi.value());
    out.writeStringField("costCentre", JobDocument.orNull(project.definition().costCentre()));
    out.writeArrayFieldStart("members");
    for (ClusterImage.MemberImage member : project.members()) {
      out.writeStartObject();
      out.writeStringField("user", member.user().value());
      out.writeStringField("rank", member.rank().name());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  static void write(List<DomainShare> domains, JsonGenerator out) throws IOException {
    out.writeArrayFieldStart("domains");
    for (DomainShare share : domains) {
      out.writeStartObject();
      out.writeStringField("domain", share.domain().value());
      out.writeNumberField("permille", share.permille());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  /** The shares of a body whose form was checked. */
  @SuppressWarnings("unchecked")
  static List<DomainShare> shares(Object domains) {
    return ((List<Map<String, Object>>) domains)
        .stream()
            .map(each ->
                new DomainShare(
                    new DomainCode((String) each.get("domain")),
                    ((Long) each.get("permille")).intValue()))
            .toList();
  }

  private void postProject(Call call) {
    ProjectName name = new ProjectName((String) call.body().get("name"));
    List<DomainShare> shares = shares(call.body().get("domains"));
    ProjectDefined project = new ProjectDefined(name, (String) call.body().get("title"), shares);
    inputs.submit(
        call,
        new Input.DefineProject(actor(call), project),
        _ -> {
          call.response().putHeader("Location", "/api/v1/projects/" + name);
          call.json(201, out -> write(view.site().project(name).orElseThrow(), out));
        });
  }

  private void putProjectSettings(Call call) {
    ProjectName name = new ProjectName(call.text("name"));
    String pi = (String) call.body().get("pi");
    Input input =
        new Input.SetProject(
            actor(call),
            name,
            pi == null ? null : new UserName(pi),
            (String) call.body().get("costCentre"));
    inputs.submit(
        call,
        input,
        _ -> call.json(200, out -> write(view.site().project(name).orElseThrow(), out)));
  }

  private void putMember(Call call) {
    MembershipSet membership =
        new MembershipSet(
            new ProjectName(call.text("name")),
            new UserName(call.text("user")),
            MemberRank.valueOf((String) call.body().get("rank")));
    inputs.submit(call, new Input.SetMembership(actor(call), membership), _ -> call.noContent());
  }

  private void deleteMember(Call call) {
    MembershipRemoved membership =
        new MembershipRemoved(new ProjectName(call.text("name")), new UserName(call.text("user")));
    inputs.submit(call, new Input.RemoveMembership(actor(call), membership), _ -> call.noContent());
  }

  /** Everybody knows themselves and the members of projects that they manage. */
  private List<ClusterImage.UserImage> knownUsers(Call call) {
    Site site = view.site();
    Scope scope = site.scopeOf(call.principal().user());
    if (scope.everything()) {
      return site.users();
    }
    TreeMap<UserName, ClusterImage.UserImage> known = new TreeMap<>();
    site.user(scope.user()).ifPresent(self -> known.put(scope.user(), self));
    for (ProjectName project : scope.projects()) {
      ClusterImage.ProjectImage image = site.project(project).orElseThrow();
      for (ClusterImage.MemberImage member : image.members()) {
        site.user(member.user()).ifPresent(user -> known.put(member.user(), user));
      }
      Optional.ofNullable(image.definition().pi())
          .flatMap(site::user)
          .ifPresent(user -> known.put(user.user().name(), user));
    }
    return List.copyOf(known.values());
  }

  private void listUsers(Call call) {
    page(
        call,
        knownUsers(call),
        each -> each.user().name().value(),
        (each, out) -> write(call, each, out));
  }

  private void getUser(Call call) {
    UserName name = new UserName(call.text("user"));
    ClusterImage.UserImage user =
        knownUsers(call).stream()
            .filter(each -> each.user().name().equals(name))
            .findFirst()
            .orElseThrow(
                () -> Refused.notFound("there is no account of this name that you may see"));
    call.json(200, out -> write(call, user, out));
  }

  private void write(Call call, ClusterImage.UserImage user, JsonGenerator out) throws IOException {
    UserDefined known = user.user();
    boolean withUnixUser =
        known.name().equals(call.principal().user())
            || view.site().permits(actor(call), new Action.DefineSite());
    boolean shown = withUnixUser && !known.unixUser().isEmpty();
    out.writeStartObject();
    out.writeStringField("name", known.name().value());
    out.writeStringField("title", known.title());
    out.writeStringField("unixUser", shown ? known.unixUser() : null);
    Json.number(out, "uid", shown ? (Number) known.uid() : null);
    Json.texts(out, "roles", user.roles().stream().map(Role::name).toList());
    out.writeArrayFieldStart("projects");
    for (Account.Membership each :
        view.site().account(known.name()).map(Account::memberships).orElse(List.of())) {
      out.writeStartObject();
      out.writeStringField("name", each.project().value());
      out.writeStringField("rank", each.rank().name());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeStringField(
        "defaultProject", known.defaultProject() == null ? null : known.defaultProject().value());
    out.writeEndObject();
  }

  /** The number of the Unix user comes from this machine, never from the request. */
  private void postUser(Call call) {
    if (!view.site().permits(actor(call), new Action.DefineSite())) {
      throw Refused.forbidden("only an administrator defines accounts");
    }
    String unixUser = (String) call.body().getOrDefault("unixUser", "");
    blocking.ask(
        call,
        () -> unixUser.isEmpty() ? OptionalInt.of(-1) : unixAccounts.uidOf(unixUser),
        uid -> define(call, unixUser, uid));
  }

  private void define(Call call, String unixUser, OptionalInt uid) {
    if (uid.isEmpty()) {
      throw Refused.invalid("unixUser", "this machine has no Unix user of that name");
    }
    UserName name = new UserName((String) call.body().get("name"));
    String project = (String) call.body().get("defaultProject");
    UserDefined user =
        new UserDefined(
            name,
            (String) call.body().get("title"),
            unixUser,
            uid.getAsInt(),
            project == null ? null : new ProjectName(project));
    inputs.submit(
        call,
        new Input.DefineUser(actor(call), user),
        _ -> {
          call.response().putHeader("Location", "/api/v1/users/" + name);
          call.json(201, out -> write(call, view.site().user(name).orElseThrow(), out));
        });
  }

  private void role(Call call, boolean wanted) {
    UserName user = new UserName(call.text("user"));
    Role role = Role.valueOf(call.text("role"));
    Input input =
        wanted
            ? new Input.GrantRole(actor(call), new RoleGranted(user, role))
            : new Input.RevokeRole(actor(call), new RoleRevoked(user, role));
    inputs.submit(call, input, _ -> call.noContent());
  }

  private void listDomains(Call call) {
    page(call, view.site().domains(), each -> each.code().value(), SiteRoutes::write);
  }

  private static void write(DomainDefined domain, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("code", domain.code().value());
    out.writeStringField("title", domain.title());
    out.writeStringField("parent", domain.parent() == null ? null : domain.parent().value());
    out.writeEndObject();
  }

  private void postDomain(Call call) {
    DomainCode code = new DomainCode((String) call.body().get("code"));
    String parent = (String) call.body().get("parent");
    DomainDefined domain =
        new DomainDefined(
            code,
            (String) call.body().get("title"),
            parent == null ? null : new DomainCode(parent));
    boolean keepsParent = !call.body().containsKey("parent");
    inputs.submit(
        call,
        new Input.DefineDomain(actor(call), domain, keepsParent),
        _ -> call.json(201, out -> write(view.site().domain(code).orElse(domain), out)));
  }
}
