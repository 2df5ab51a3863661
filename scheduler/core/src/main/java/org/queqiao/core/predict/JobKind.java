package org.queqiao.core.predict;

/**
 * What jobs have in common that are expected to run alike.
 *
 * @param user whose they are, a number of the caller
 * @param project what they are charged to, or empty
 * @param name how the user called them, or empty
 * @param script what they run, as a digest, or empty
 * @param cores how many they ask for
 * @param limit the longest they may run
 */
public record JobKind(int user, String project, String name, String script, long cores, long limit)
    implements Comparable<JobKind> {
  /** Jobs of which only the user and the request are known. */
  public static JobKind of(int user, long cores, long limit) {
    return new JobKind(user, "", "", "", cores, limit);
  }

  @Override
  public int compareTo(JobKind other) {
    int order = Integer.compare(user, other.user);
    order = order != 0 ? order : Long.compare(cores, other.cores);
    order = order != 0 ? order : Long.compare(limit, other.limit);
    order = order != 0 ? order : project.compareTo(other.project);
    order = order != 0 ? order : name.compareTo(other.name);
    return order != 0 ? order : script.compareTo(other.script);
  }
}
