package org.queqiao.core.state;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Entries of which a tree is made at once, in linear time where they come in the order of their
 * keys: a tree to which they are added one by one looks for the place of each and is balanced anew.
 */
final class SortedEntries<K extends Comparable<K>, V> {
  private final List<Map.Entry<K, V>> entries = new ArrayList<>();

  /** Of equal keys the last counts. */
  void add(K key, V value) {
    entries.add(Map.entry(key, value));
  }

  /** All that were added, by key. */
  TreeMap<K, V> toTree() {
    for (int i = 1; i < entries.size(); i++) {
      if (entries.get(i - 1).getKey().compareTo(entries.get(i).getKey()) >= 0) {
        TreeMap<K, V> tree = new TreeMap<>();
        entries.forEach(each -> tree.put(each.getKey(), each.getValue()));
        return tree;
      }
    }
    return new TreeMap<>(new Ordered<>(entries));
  }

  /** As the constructor of a tree takes them. Nothing is added to them any more. */
  private static final class Ordered<K extends Comparable<K>, V> extends AbstractMap<K, V>
      implements SortedMap<K, V> {
    private final List<Map.Entry<K, V>> entries;

    private Ordered(List<Map.Entry<K, V>> entries) {
      this.entries = entries;
    }

    @Override
    public Set<Map.Entry<K, V>> entrySet() {
      return new AbstractSet<>() {
        @Override
        public Iterator<Map.Entry<K, V>> iterator() {
          return entries.iterator();
        }

        @Override
        public int size() {
          return entries.size();
        }
      };
    }

    @Override
    public Comparator<? super K> comparator() {
      return null;
    }

    @Override
    public SortedMap<K, V> subMap(K from, K to) {
      return tailMap(from).headMap(to);
    }

    @Override
    public SortedMap<K, V> headMap(K to) {
      return new Ordered<>(
          entries.stream().filter(each -> each.getKey().compareTo(to) < 0).toList());
    }

    @Override
    public SortedMap<K, V> tailMap(K from) {
      return new Ordered<>(
          entries.stream().filter(each -> each.getKey().compareTo(from) >= 0).toList());
    }

    @Override
    public K firstKey() {
      return entries.getFirst().getKey();
    }

    @Override
    public K lastKey() {
      return entries.getLast().getKey();
    }
  }
}
