package org.queqiao.core;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MembershipRemoved;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.PlatformDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.policy.Subject;

/**
 * The fair-share tree a second time, from the facts of a log alone: built from the top down, every
 * node with its children, and with decimal fractions where the machine counts in parts of 2^40.
 */
final class NaiveShares {
  private static final MathContext DIGITS = new MathContext(60);

  /** A subject by its kind and label, with what is below it. */
  static final class Node {
    final String name;
    final long shares;
    final List<Node> children = new ArrayList<>();

    /** Whether it counts among its siblings only when it is looked at itself. */
    final boolean left;

    BigInteger use = BigInteger.ZERO;
    BigInteger siblings;
    BigDecimal part;
    BigDecimal usePart;
    BigDecimal effective;

    private Node(String name, long shares, boolean left) {
      this.name = name;
      this.shares = shares;
      this.left = left;
    }

    private BigInteger gather(TreeMap<String, BigInteger> uses) {
      use = uses.getOrDefault(name, BigInteger.ZERO);
      children.forEach(child -> use = use.add(child.gather(uses)));
      return use;
    }

    /** What it has of the whole, then what its children have of it. */
    private void divide(BigInteger all) {
      usePart = quotient(use, all);
      long sum = children.stream().filter(child -> !child.left).mapToLong(c -> c.shares).sum();
      for (Node child : children) {
        child.siblings = BigInteger.valueOf(child.left ? sum + child.shares : sum);
        BigDecimal its = quotient(BigInteger.valueOf(child.shares), child.siblings);
        child.part = part.multiply(its, DIGITS);
        BigDecimal own = quotient(child.use, all);
        child.effective = own.add(effective.subtract(own).multiply(its, DIGITS));
        child.divide(all);
      }
    }

    private void list(TreeMap<String, Node> into) {
      into.put(name, this);
      children.forEach(child -> child.list(into));
    }
  }

  private final TreeSet<String> platforms = new TreeSet<>();
  private final TreeSet<String> projects = new TreeSet<>();
  private final TreeSet<String> members = new TreeSet<>();
  private final TreeMap<String, Integer> shares = new TreeMap<>();
  private final TreeMap<String, String> platformOf = new TreeMap<>();

  private static String name(Subject subject) {
    return subject.kind() + " " + subject.label();
  }

  private static BigDecimal quotient(BigInteger part, BigInteger whole) {
    return whole.signum() == 0
        ? BigDecimal.ZERO
        : new BigDecimal(part).divide(new BigDecimal(whole), DIGITS);
  }

  void apply(LoggedEvent logged) {
    switch (logged.event()) {
      case PlatformDefined e -> platforms.add(e.name().value());
      case ProjectDefined e -> projects.add(e.name().value());
      case MembershipSet e -> members.add(e.project() + ":" + e.user());
      case MembershipRemoved e -> members.remove(e.project() + ":" + e.user());
      case RulesSet e -> {
        shares.put(name(e.subject()), e.rules().shares());
        if (e.subject() instanceof Subject.Project(var project)) {
          platformOf.remove(project.value());
          if (e.rules().platform() != null) {
            platformOf.put(project.value(), e.rules().platform().value());
          }
        }
      }
      default -> {}
    }
  }

  /** All platforms, projects and members by name, given the weighted use of each member. */
  TreeMap<String, Node> tree(TreeMap<String, BigInteger> useOfMembers) {
    Node centre = new Node("centre", 1, false);
    TreeMap<String, Node> byPlatform = new TreeMap<>();
    for (String platform : platforms) {
      byPlatform.put(platform, add(centre, "platform " + platform, false));
    }
    TreeSet<String> all = new TreeSet<>(members);
    all.addAll(useOfMembers.keySet());
    for (String project : projects) {
      String platform = platformOf.get(project);
      Node parent = platform == null ? centre : byPlatform.get(platform);
      Node node = add(parent, "project " + project, false);
      for (String member : all) {
        if (member.startsWith(project + ":")) {
          add(node, "member " + member, !members.contains(member));
        }
      }
    }
    TreeMap<String, BigInteger> uses = new TreeMap<>();
    useOfMembers.forEach((member, use) -> uses.put("member " + member, use));
    centre.gather(uses);
    return divided(centre);
  }

  /** Nothing is above those at the top, so each begins with what it used itself. */
  private static TreeMap<String, Node> divided(Node centre) {
    TreeMap<String, Node> out = new TreeMap<>();
    long sum = centre.children.stream().mapToLong(each -> each.shares).sum();
    for (Node top : centre.children) {
      top.siblings = BigInteger.valueOf(sum);
      top.part = quotient(BigInteger.valueOf(top.shares), top.siblings);
      top.effective = quotient(top.use, centre.use);
      top.divide(centre.use);
      top.list(out);
    }
    return out;
  }

  private Node add(Node parent, String name, boolean left) {
    Node node = new Node(name, shares.getOrDefault(name, 1), left);
    parent.children.add(node);
    return node;
  }
}
