package org.queqiao.core.message;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What of a job shall be otherwise.
 *
 * @param named the fields that are meant; a field that is named and has no value gets its default
 * @param values what they shall be; other fields of it do not count
 * @param atOnce how many tasks of an array may run at once; null for no bound
 */
public record JobChange(SortedSet<String> named, JobRequest values, Integer atOnce) {
  /** All fields that can be changed, by the names of REST. */
  public static final SortedSet<String> FIELDS =
      Collections.unmodifiableSortedSet(
          new TreeSet<>(
              java.util.List.of(
                  "name",
                  "partition",
                  "project",
                  "qos",
                  "nodes",
                  "tasks",
                  "cpusPerTask",
                  "memBytes",
                  "limitMs",
                  "nice",
                  "beginMs",
                  "deadlineMs",
                  "dependency",
                  "arrayAtOnce")));

  public JobChange {
    named = Collections.unmodifiableSortedSet(new TreeSet<>(named));
    if (!FIELDS.containsAll(named)) {
      throw new IllegalArgumentException("not all of " + named + " can be changed");
    }
  }

  public boolean names(String field) {
    return named.contains(field);
  }
}
