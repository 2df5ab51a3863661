package org.queqiao.core.state;

import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.policy.Subject;

/**
 * A part of the jobs of a QOS or partition, whose use is kept: all of them, those of a user, those
 * of a project.
 */
public record UsePart(Subject subject, Tallies.Part part) implements Comparable<UsePart> {
  @Override
  public int compareTo(UsePart other) {
    int bySubject = subject.compareTo(other.subject);
    return bySubject != 0 ? bySubject : part.compareTo(other.part);
  }

  /** Whether the use of a subject is kept by itself, not with that of its members. */
  public static boolean isKeptFor(Subject subject) {
    return subject instanceof Subject.Qos || subject instanceof Subject.Partition;
  }

  /** The parts that a job uses for. */
  static List<UsePart> of(Claim job) {
    List<UsePart> out = new ArrayList<>(6);
    List<Tallies.Part> parts = Tallies.partsOf(job);
    if (job.spec().qos() != null) {
      Subject qos = new Subject.Qos(job.spec().qos());
      parts.forEach(part -> out.add(new UsePart(qos, part)));
    }
    Subject partition = new Subject.Partition(job.spec().partition());
    parts.forEach(part -> out.add(new UsePart(partition, part)));
    return out;
  }
}
