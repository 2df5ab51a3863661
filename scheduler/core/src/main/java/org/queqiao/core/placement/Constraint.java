package org.queqiao.core.placement;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which features the nodes of a job must have, as Slurm writes it: {@code &} for and, {@code |} for
 * or, parentheses, and counts: {@code a*2&b*1} asks for two nodes with a and one with b. A part
 * without a count is a condition on every node; counts stand at the outermost level alone, which
 * may be in square brackets as in Slurm. Alternatives in square brackets, {@code [a|b]}, ask that
 * all nodes have the same one of them.
 *
 * @param every what every node must have; null for nothing
 * @param counted of how many nodes what is asked; none for a constraint without counts
 * @param same of which of these all nodes must have the same one; none for no such condition
 */
public record Constraint(Term every, List<Counted> counted, List<Term> same) {
  /** Asks for nothing. */
  public static final Constraint NONE = new Constraint(null, List.of(), List.of());

  /** What a name of a feature looks like. */
  public static final Pattern FEATURE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.:+-]{0,63}");

  /** How long a constraint may be. */
  public static final int MAX_CHARACTERS = 1024;

  /** Among how many alternatives all nodes may be asked to have the same one. */
  public static final int MAX_ALTERNATIVES = 8;

  /** How many counts it may have. */
  public static final int MAX_COUNTS = 4;

  public Constraint {
    counted = List.copyOf(counted);
    same = List.copyOf(same);
  }

  /** The same where one of the alternatives is asked of every node. */
  Constraint with(Term alternative) {
    return new Constraint(
        every == null ? alternative : new All(List.of(every, alternative)), counted, List.of());
  }

  /** Whether a node with these features has what is asked of every node, and one alternative. */
  boolean holds(Collection<String> features) {
    return (every == null || every.holds(features))
        && (same.isEmpty() || same.stream().anyMatch(each -> each.holds(features)));
  }

  /** So many nodes must have it. */
  public record Counted(Term term, int nodes) {}

  /** A condition on one node. */
  public sealed interface Term {
    boolean holds(Collection<String> features);

    /** Adds the names of all features in it. */
    void names(TreeSet<String> into);
  }

  /** It has this feature. */
  public record Feature(String name) implements Term {
    @Override
    public boolean holds(Collection<String> features) {
      return features.contains(name);
    }

    @Override
    public void names(TreeSet<String> into) {
      into.add(name);
    }
  }

  /** All of them hold. */
  public record All(List<Term> terms) implements Term {
    public All {
      terms = List.copyOf(terms);
    }

    @Override
    public boolean holds(Collection<String> features) {
      return terms.stream().allMatch(each -> each.holds(features));
    }

    @Override
    public void names(TreeSet<String> into) {
      terms.forEach(each -> each.names(into));
    }
  }

  /** One of them holds. */
  public record Any(List<Term> terms) implements Term {
    public Any {
      terms = List.copyOf(terms);
    }

    @Override
    public boolean holds(Collection<String> features) {
      return terms.stream().anyMatch(each -> each.holds(features));
    }

    @Override
    public void names(TreeSet<String> into) {
      terms.forEach(each -> each.names(into));
    }
  }

  /** All features that are named. */
  public TreeSet<String> features() {
    TreeSet<String> names = new TreeSet<>();
    if (every != null) {
      every.names(names);
    }
    counted.forEach(each -> each.term().names(names));
    same.forEach(each -> each.names(names));
    return names;
  }

  /** How many nodes the counts ask for in all. */
  public long countedNodes() {
    return counted.stream().mapToLong(Counted::nodes).sum();
  }

  /**
   * Reads a constraint; an empty one asks for nothing.
   *
   * @throws IllegalArgumentException that says what is wrong with the text
   */
  public static Constraint parse(String text) {
    return text.isEmpty() ? NONE : new Reader(text).read();
  }

  /** Reads by descent: or, and, feature or parenthesis. */
  private static final class Reader {
    private static final int MAX_DEPTH = 16;
    private static final int MAX_COUNT_DIGITS = 6;

    private final String text;
    private final List<Counted> counted = new ArrayList<>();
    private final List<Term> same = new ArrayList<>();
    private List<Term> every = new ArrayList<>();
    private int at;
    private int depth;

    private Reader(String text) {
      if (text.length() > MAX_CHARACTERS) {
        throw new IllegalArgumentException("has more than " + MAX_CHARACTERS + " characters");
      }
      this.text = text;
    }

    private Constraint read() {
      do {
        if (takes('[')) {
          bracket();
        } else {
          item();
        }
      } while (takes('&'));
      if (is('|') && counted.isEmpty() && same.isEmpty()) {
        every = new ArrayList<>(List.of(alternatives(all(every))));
      }
      end(at == text.length());
      if (counted.size() > MAX_COUNTS) {
        throw new IllegalArgumentException("has more than " + MAX_COUNTS + " counts");
      }
      return new Constraint(every.isEmpty() ? null : all(every), counted, same);
    }

    /** What is in square brackets: counts and conditions, or alternatives. */
    private void bracket() {
      if (!same.isEmpty()) {
        throw wrong(at - 1, "has alternatives in square brackets twice");
      }
      List<Term> outside = every;
      int countedOutside = counted.size();
      every = new ArrayList<>();
      do {
        item();
      } while (takes('&'));
      if (is('|') && counted.size() == countedOutside) {
        Any any = alternatives(all(every));
        if (any.terms().size() > MAX_ALTERNATIVES) {
          throw wrong("has more than " + MAX_ALTERNATIVES + " alternatives in square brackets");
        }
        same.addAll(any.terms());
        every = outside;
      } else {
        outside.addAll(every);
        every = outside;
      }
      end(takes(']'));
      if (is('*')) {
        throw wrong("has a count behind square brackets: counts stand inside them");
      }
    }

    /** A condition on every node, or one with a count. */
    private void item() {
      Term term = unit();
      if (takes('*')) {
        counted.add(new Counted(term, count()));
      } else {
        every.add(term);
      }
    }

    private Any alternatives(Term first) {
      List<Term> alternatives = new ArrayList<>();
      alternatives.add(first);
      while (takes('|')) {
        alternatives.add(conjunction());
      }
      return new Any(alternatives);
    }

    private void end(boolean reached) {
      if (!reached) {
        throw wrong(
            is('*') || is('|') && !counted.isEmpty()
                ? "has a count beside an or: counts are joined by & at the outermost level"
                : "has something that does not belong there");
      }
    }

    private Term disjunction() {
      List<Term> alternatives = new ArrayList<>();
      do {
        alternatives.add(conjunction());
      } while (takes('|'));
      return alternatives.size() == 1 ? alternatives.getFirst() : new Any(alternatives);
    }

    private Term conjunction() {
      List<Term> terms = new ArrayList<>();
      do {
        terms.add(unit());
      } while (takes('&'));
      return all(terms);
    }

    private static Term all(List<Term> terms) {
      return terms.size() == 1 ? terms.getFirst() : new All(terms);
    }

    private Term unit() {
      if (takes('(')) {
        if (++depth > MAX_DEPTH) {
          throw wrong(at - 1, "has more than " + MAX_DEPTH + " parentheses in each other");
        }
        Term inner = disjunction();
        if (!takes(')')) {
          throw wrong("has a parenthesis that is not closed");
        }
        depth--;
        return inner;
      }
      int from = at;
      while (at < text.length() && "&|*()[]".indexOf(text.charAt(at)) < 0) {
        at++;
      }
      String name = text.substring(from, at);
      Matcher matcher = FEATURE.matcher(name);
      if (!matcher.matches()) {
        // The first character that can't stand there, not where the word ends.
        int fits = matcher.lookingAt() ? matcher.end() : 0;
        throw wrong(from + fits, "needs the name of a feature (" + FEATURE.pattern() + ")");
      }
      return new Feature(name);
    }

    private int count() {
      int from = at;
      while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
        at++;
      }
      if (at == from || at - from > MAX_COUNT_DIGITS || text.charAt(from) == '0') {
        throw wrong(from, "needs a count of 1 to 999999 behind *");
      }
      return Integer.parseInt(text.substring(from, at));
    }

    private boolean is(char wanted) {
      return at < text.length() && text.charAt(at) == wanted;
    }

    private boolean takes(char wanted) {
      boolean there = is(wanted);
      at += there ? 1 : 0;
      return there;
    }

    private IllegalArgumentException wrong(String what) {
      return wrong(at, what);
    }

    private static IllegalArgumentException wrong(int place, String what) {
      return new IllegalArgumentException(
          what + " at character " + (place + 1) + ": it is written like (a|b)&c, [a|b] or a*2&b*1");
    }
  }
}
