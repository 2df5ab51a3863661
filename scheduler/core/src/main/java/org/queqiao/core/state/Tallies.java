package org.queqiao.core.state;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.id.PlatformName;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.Subject;

/**
 * What is counted for limits: for each subject that has any, its jobs together, by user and by
 * project. Subjects without limits cost nothing.
 */
public final class Tallies {
  private static final Tally NOTHING = new Tally();

  private final TreeMap<Subject, TreeMap<Part, Tally>> limited = new TreeMap<>();

  Tallies() {}

  /** A part of the jobs of a subject. */
  public record Part(LimitScope scope, String name) implements Comparable<Part> {
    @Override
    public int compareTo(Part other) {
      int byScope = scope.compareTo(other.scope);
      return byScope != 0 ? byScope : name.compareTo(other.name);
    }
  }

  /** Begins anew with these subjects and no jobs. */
  void reset(Iterable<Subject> subjects) {
    limited.clear();
    subjects.forEach(each -> limited.put(each, new TreeMap<>()));
  }

  /** Whom a job is counted for. */
  public static List<Subject> subjectsOf(Claim job, PlatformName platform) {
    List<Subject> out = new ArrayList<>(7);
    out.add(new Subject.Centre());
    if (platform != null) {
      out.add(new Subject.Platform(platform));
    }
    out.add(new Subject.Project(job.spec().project()));
    out.add(new Subject.Member(job.spec().project(), job.user()));
    out.add(new Subject.User(job.user()));
    if (job.spec().qos() != null) {
      out.add(new Subject.Qos(job.spec().qos()));
    }
    out.add(new Subject.Partition(job.spec().partition()));
    return out;
  }

  /** The parts of a subject that a job belongs to. */
  public static List<Part> partsOf(Claim job) {
    return List.of(
        part(LimitScope.GROUP, job), part(LimitScope.USER, job), part(LimitScope.PROJECT, job));
  }

  /** The part of a subject that a job belongs to. */
  public static Part part(LimitScope scope, Claim job) {
    return switch (scope) {
      case GROUP, JOB -> new Part(LimitScope.GROUP, "");
      case USER -> new Part(scope, job.user().value());
      case PROJECT -> new Part(scope, job.spec().project().value());
    };
  }

  /** Counts a job; {@code sign} is 1, or -1 to take that back. */
  void count(Job job, PlatformName platform, int sign) {
    if (limited.isEmpty() || job.state().isTerminal()) {
      return;
    }
    Demand held = job.holdsResources() ? Demand.of(job) : null;
    Claim claim = Claim.of(job);
    for (Subject subject : subjectsOf(claim, platform)) {
      TreeMap<Part, Tally> parts = limited.get(subject);
      if (parts != null) {
        for (Part part : partsOf(claim)) {
          Tally tally = parts.computeIfAbsent(part, _ -> new Tally());
          tally.submitted(sign, job.array() == null ? 1 : job.array().waiting());
          if (held != null) {
            count(tally, job, held, sign);
          }
          if (tally.isEmpty()) {
            parts.remove(part);
          }
        }
      }
    }
  }

  private static void count(Tally tally, Job job, Demand held, int sign) {
    switch (job.state()) {
      case SUSPENDED -> tally.still(held, JobClock.restMs(job), sign);
      // However long its end takes, it leaves no more to others than its cores.
      case COMPLETING -> tally.still(held, 0, sign);
      default -> tally.running(held, JobClock.deadlineMs(job), sign);
    }
  }

  /** Whether anything is limited at all. */
  public boolean isEmpty() {
    return limited.isEmpty();
  }

  /** What is counted for a part of a subject. */
  public Tally of(Subject subject, Part part) {
    TreeMap<Part, Tally> parts = limited.get(subject);
    return parts == null ? NOTHING : parts.getOrDefault(part, NOTHING);
  }

  /** Everything that is counted, to be compared. */
  @Override
  public String toString() {
    return limited.toString();
  }
}
