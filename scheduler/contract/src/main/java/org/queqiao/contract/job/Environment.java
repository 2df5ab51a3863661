package org.queqiao.contract.job;

import java.util.AbstractMap;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The variables of a job, sorted by name and never changed. A type of its own so that the many jobs
 * of one user can share one map: a specification that is given an {@code Environment} keeps it
 * without a copy.
 */
public final class Environment extends AbstractMap<String, String>
    implements SortedMap<String, String> {
  private final SortedMap<String, String> variables;

  private Environment(SortedMap<String, String> variables) {
    this.variables = Collections.unmodifiableSortedMap(variables);
  }

  /** The same variables, copied unless they are known to never change. */
  public static Environment of(SortedMap<String, String> variables) {
    if (variables instanceof Environment fixed) {
      return fixed;
    }
    TreeMap<String, String> byName = new TreeMap<>();
    byName.putAll(variables);
    return new Environment(byName);
  }

  @Override
  public String get(Object name) {
    return variables.get(name);
  }

  @Override
  public boolean containsKey(Object name) {
    return variables.containsKey(name);
  }

  @Override
  public Set<Map.Entry<String, String>> entrySet() {
    return variables.entrySet();
  }

  /** Null: variables are in the natural order of their names. */
  @Override
  public Comparator<? super String> comparator() {
    return null;
  }

  @Override
  public SortedMap<String, String> subMap(String from, String to) {
    return variables.subMap(from, to);
  }

  @Override
  public SortedMap<String, String> headMap(String to) {
    return variables.headMap(to);
  }

  @Override
  public SortedMap<String, String> tailMap(String from) {
    return variables.tailMap(from);
  }

  @Override
  public String firstKey() {
    return variables.firstKey();
  }

  @Override
  public String lastKey() {
    return variables.lastKey();
  }
}
