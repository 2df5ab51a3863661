package org.queqiao.core.priority;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.id.PlatformName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.decay.PowersOfTwo;
import org.queqiao.core.message.ShareLine;
import org.queqiao.core.message.ShareNode;
import org.queqiao.core.state.AccountTree;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Member;
import org.queqiao.core.state.Priorities;

/**
 * What each member still deserves at one moment. The tree is centre, platforms (and projects of no
 * platform), projects, members. With {@code n} the part of all use and {@code s} the part of all
 * shares, as Slurm's classic formula has it:
 *
 * <pre>
 *   effective use   e = n + (e of the parent - n) x shares / shares of all siblings
 *   shares          s = s of the parent x shares / shares of all siblings
 *   factor          2^-(e / s)
 * </pre>
 *
 * All are integers: parts have 40 bits behind the point and are rounded down, the exponent has 20;
 * the factor is in millionths and at most 2 millionths from the exact one.
 */
public final class FairShare {
  private static final int PART_BITS = 40;
  private static final long WHOLE = 1L << PART_BITS;

  private final Cluster cluster;
  private final long nowMs;
  private final BigInteger all;
  private final TreeMap<ProjectName, BigInteger> ofProject = new TreeMap<>();
  private final TreeMap<PlatformName, BigInteger> ofPlatform = new TreeMap<>();
  private final TreeMap<PlatformName, Long> sharesInPlatform = new TreeMap<>();
  private final TreeMap<PlatformName, ShareNode> platforms = new TreeMap<>();
  private final TreeMap<ProjectName, ShareNode> projects = new TreeMap<>();
  private final TreeMap<ProjectName, Long> sharesInProject = new TreeMap<>();
  private final long sharesInCentre;

  /** The tree as it is at a moment, which is not before the last fact. */
  public FairShare(Cluster cluster, long nowMs) {
    this.cluster = cluster;
    this.nowMs = nowMs;
    BigInteger sum = BigInteger.ZERO;
    for (Member each : cluster.priorities().usage().members()) {
      BigInteger use = cluster.priorities().usage().use(each, nowMs);
      ofProject.merge(each.project(), use, BigInteger::add);
      PlatformName platform = cluster.priorities().platformOf(each.project());
      if (platform != null) {
        ofPlatform.merge(platform, use, BigInteger::add);
      }
      sum = sum.add(use);
    }
    this.all = sum;
    long top = 0;
    for (var each : cluster.priorities().platforms()) {
      top += shares(new Subject.Platform(each.name()));
    }
    for (AccountTree.Project each : cluster.accounts().projects()) {
      ProjectName name = each.definition().name();
      long shares = shares(new Subject.Project(name));
      PlatformName platform = cluster.priorities().platformOf(name);
      if (platform == null) {
        top += shares;
      } else {
        sharesInPlatform.merge(platform, shares, Math::addExact);
      }
    }
    this.sharesInCentre = top;
  }

  private long shares(Subject subject) {
    return cluster.priorities().rules(subject).shares();
  }

  /** Where a platform stands. */
  public ShareNode of(PlatformName platform) {
    ShareNode known = platforms.get(platform);
    if (known == null) {
      BigInteger use = ofPlatform.getOrDefault(platform, BigInteger.ZERO);
      known = node(null, shares(new Subject.Platform(platform)), sharesInCentre, use);
      platforms.put(platform, known);
    }
    return known;
  }

  /** Where a project stands. */
  public ShareNode of(ProjectName project) {
    ShareNode known = projects.get(project);
    if (known == null) {
      PlatformName platform = cluster.priorities().platformOf(project);
      ShareNode parent = platform == null ? null : of(platform);
      long siblings =
          platform == null ? sharesInCentre : sharesInPlatform.getOrDefault(platform, 0L);
      BigInteger use = ofProject.getOrDefault(project, BigInteger.ZERO);
      known = node(parent, shares(new Subject.Project(project)), siblings, use);
      projects.put(project, known);
    }
    return known;
  }

  /** Where a user of a project stands. */
  public ShareNode of(Member member) {
    long shares = shares(new Subject.Member(member.project(), member.user()));
    long siblings = siblings(member.project());
    boolean left = cluster.accounts().rank(member.project(), member.user()).isEmpty();
    return node(
        of(member.project()),
        shares,
        left ? Math.addExact(siblings, shares) : siblings,
        cluster.priorities().usage().use(member, nowMs));
  }

  private long siblings(ProjectName project) {
    Long known = sharesInProject.get(project);
    if (known == null) {
      long sum = 0;
      for (var user : cluster.accounts().project(project).orElseThrow().members()) {
        sum = Math.addExact(sum, shares(new Subject.Member(project, user)));
      }
      known = sum;
      sharesInProject.put(project, known);
    }
    return known;
  }

  private ShareNode node(ShareNode parent, long shares, long siblings, BigInteger use) {
    long usePart = all.signum() == 0 ? 0 : use.shiftLeft(PART_BITS).divide(all).longValueExact();
    long parentEffective = parent == null ? usePart : parent.effectivePart();
    long parentShares = parent == null ? WHOLE : parent.sharesPart();
    long sharesPart = siblings == 0 ? 0 : part(parentShares, shares, siblings);
    long inherited =
        siblings == 0 ? 0 : part(Math.max(0, parentEffective - usePart), shares, siblings);
    long effective = Math.addExact(usePart, inherited);
    return new ShareNode(
        shares,
        siblings,
        sharesPart,
        cluster.priorities().usage().asOf(use, nowMs),
        usePart,
        effective,
        factor(effective, sharesPart));
  }

  private static long part(long whole, long shares, long siblings) {
    return BigInteger.valueOf(whole)
        .multiply(BigInteger.valueOf(shares))
        .divide(BigInteger.valueOf(siblings))
        .longValueExact();
  }

  private static int factor(long effectivePart, long sharesPart) {
    if (sharesPart == 0) {
      return 0;
    }
    return PowersOfTwo.negativePpm((effectivePart << PowersOfTwo.FRACTION_BITS) / sharesPart);
  }

  /** All platforms, projects and members in the order of the tree. */
  public List<ShareLine> lines() {
    List<ShareLine> out = new ArrayList<>();
    for (var each : cluster.priorities().platforms()) {
      out.add(new ShareLine(new Subject.Platform(each.name()), of(each.name())));
      projectsOf(each.name(), out);
    }
    projectsOf(null, out);
    return out;
  }

  private void projectsOf(PlatformName platform, List<ShareLine> out) {
    Priorities priorities = cluster.priorities();
    for (AccountTree.Project each : cluster.accounts().projects()) {
      ProjectName project = each.definition().name();
      if (java.util.Objects.equals(priorities.platformOf(project), platform)) {
        out.add(new ShareLine(new Subject.Project(project), of(project)));
        TreeSet<Member> members = new TreeSet<>();
        each.members().forEach(user -> members.add(new Member(project, user)));
        for (Member used : priorities.usage().members()) {
          if (used.project().equals(project)) {
            members.add(used);
          }
        }
        for (Member member : members) {
          out.add(new ShareLine(new Subject.Member(project, member.user()), of(member)));
        }
      }
    }
  }
}
