package org.queqiao.server.auth.local;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.MembershipRemoved;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.event.RoleRevoked;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.core.message.Input;

/** Turns local requests into inputs of the machine, which checks and refuses them itself. */
final class LocalInputs {
  private static final int PERMILLE = 1000;

  private final Actor owner;
  private final Map<String, Request> requests = new TreeMap<>();

  /**
   * A request that becomes one input.
   *
   * @param fields it knows
   * @param reader makes the input
   */
  record Request(List<String> fields, Reader reader) {}

  /** Makes an input of a form. */
  @FunctionalInterface
  interface Reader {
    Input read(LocalForm form);
  }

  LocalInputs(Actor owner) {
    this.owner = owner;
    add("POST /roles", this::grant, "user", "role");
    add("DELETE /roles", this::revoke, "user", "role");
    add("POST /domains", this::domain, "domain", "title", "parent");
    add("POST /projects", this::project, "project", "domain", "title");
    add("POST /projects/settings", this::projectSettings, "project", "pi", "costCentre");
    add("POST /members", this::member, "project", "user", "rank");
    add("DELETE /members", this::noMember, "project", "user");
    add("POST /partitions", this::partition, PARTITION_FIELDS);
  }

  private static final String[] PARTITION_FIELDS = {
    "partition", "isDefault", "defaultLimitMs", "maxLimitMs"
  };

  private void add(String line, Reader reader, String... fields) {
    requests.put(line, new Request(List.of(fields), reader));
  }

  /** By method and path, as in {@code POST /roles}. */
  Map<String, Request> requests() {
    return requests;
  }

  private Input grant(LocalForm form) {
    return new Input.GrantRole(owner, new RoleGranted(user(form), role(form)));
  }

  private Input revoke(LocalForm form) {
    return new Input.RevokeRole(owner, new RoleRevoked(user(form), role(form)));
  }

  private static UserName user(LocalForm form) {
    return form.required("user", UserName::new);
  }

  private static Role role(LocalForm form) {
    return form.required("role", text -> oneOf(Role.values(), text));
  }

  private static <E extends Enum<E>> E oneOf(E[] values, String text) {
    return Arrays.stream(values)
        .filter(each -> each.name().equals(text))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("must be one of " + Arrays.toString(values)));
  }

  private Input domain(LocalForm form) {
    DomainCode code = form.required("domain", DomainCode::new);
    String title = form.optional("title").orElse(code.value());
    DomainCode parent = form.optional("parent", DomainCode::new).orElse(null);
    return new Input.DefineDomain(owner, new DomainDefined(code, title, parent), parent == null);
  }

  private Input project(LocalForm form) {
    ProjectName name = form.required("project", ProjectName::new);
    String title = form.optional("title").orElse(name.value());
    List<DomainShare> shares = form.required("domain", LocalInputs::shares);
    return new Input.DefineProject(owner, new ProjectDefined(name, title, shares));
  }

  /**
   * One code alone has the whole; else each has its permille: {@code physics=700,chemistry=300}.
   */
  private static List<DomainShare> shares(String text) {
    List<DomainShare> shares = new ArrayList<>();
    String[] parts = text.split(",", -1);
    for (String part : parts) {
      String[] both = part.split("=", -1);
      boolean alone = both.length == 1 && parts.length == 1;
      if (!alone && both.length != 2) {
        throw new IllegalArgumentException("write code, or code=permille,code=permille");
      }
      shares.add(
          new DomainShare(new DomainCode(both[0]), alone ? PERMILLE : Integer.parseInt(both[1])));
    }
    return shares;
  }

  /** A dash takes the cost centre away: an empty field is none that was filled in. */
  private Input projectSettings(LocalForm form) {
    return new Input.SetProject(
        owner,
        form.required("project", ProjectName::new),
        form.optional("pi", UserName::new).orElse(null),
        form.optional("costCentre").map(text -> text.equals("-") ? "" : text).orElse(null));
  }

  private Input member(LocalForm form) {
    MemberRank rank =
        form.optional("rank", text -> oneOf(MemberRank.values(), text)).orElse(MemberRank.MEMBER);
    return new Input.SetMembership(
        owner, new MembershipSet(form.required("project", ProjectName::new), user(form), rank));
  }

  private Input noMember(LocalForm form) {
    return new Input.RemoveMembership(
        owner, new MembershipRemoved(form.required("project", ProjectName::new), user(form)));
  }

  private Input partition(LocalForm form) {
    return new Input.DefinePartition(
        owner,
        new PartitionDefined(
            form.required("partition", PartitionName::new),
            form.optional("isDefault", LocalInputs::yesOrNo).orElse(false),
            form.required("defaultLimitMs", Long::parseLong),
            form.required("maxLimitMs", Long::parseLong)));
  }

  private static boolean yesOrNo(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("must be true or false");
    };
  }

  Input drain(NodeName node, LocalForm form) {
    return new Input.DrainNode(owner, node, form.required("reason"));
  }

  Input resume(NodeName node) {
    return new Input.ResumeNode(owner, node);
  }

  Input fence(NodeName node, LocalForm form) {
    return new Input.FenceNode(owner, node, form.required("reason"));
  }
}
