package org.queqiao.contract.id;

import java.util.regex.Pattern;

/** The name of a partition: a group of nodes with rules and a price. */
public record PartitionName(String value) implements Comparable<PartitionName> {
  /** What a value must look like. */
  public static final Pattern FORM = Pattern.compile("[a-zA-Z][a-zA-Z0-9_.-]{0,63}");

  public PartitionName {
    if (!NameForm.isMixed(value, 64)) {
      throw new IllegalArgumentException("not a valid PartitionName: must match " + FORM.pattern());
    }
  }

  /** A partition of a cluster under another scheduler, as it is billed here. */
  public static PartitionName elsewhere(ClusterName cluster, String partition) {
    return new PartitionName(cluster + "." + partition);
  }

  /** Whether it can be a partition of a cluster under another scheduler. */
  public boolean isElsewhere() {
    int dot = value.indexOf('.');
    return dot > 0 && ClusterName.FORM.matcher(value.substring(0, dot)).matches();
  }

  @Override
  public int compareTo(PartitionName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
