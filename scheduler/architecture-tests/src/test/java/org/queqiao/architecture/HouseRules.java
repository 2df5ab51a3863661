package org.queqiao.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rules, for the packages below a root: {@code org.queqiao} for the house, another for the
 * violations planted to show that the rules bite.
 */
record HouseRules(String root) {
  private static final Set<String> HASH_ORDERED =
      Set.of(
          "java.util.HashMap",
          "java.util.HashSet",
          "java.util.IdentityHashMap",
          "java.util.WeakHashMap",
          "java.util.Hashtable");
  private static final Set<String> HASH_ORDERED_FACTORIES =
      Set.of(
          "java.util.Set.of",
          "java.util.Set.copyOf",
          "java.util.Map.of",
          "java.util.Map.ofEntries",
          "java.util.Map.copyOf",
          "java.util.stream.Collectors.toSet",
          "java.util.stream.Collectors.toMap",
          "java.util.stream.Collectors.groupingBy",
          "java.util.stream.Collectors.toUnmodifiableSet",
          "java.util.stream.Collectors.toUnmodifiableMap",
          "java.util.Collection.parallelStream",
          "java.util.stream.Stream.parallel",
          "java.lang.System.identityHashCode");
  private static final Set<String> ROUNDED_MATH =
      Set.of(
          "pow", "exp", "expm1", "log", "log10", "log1p", "sin", "cos", "tan", "asin", "acos",
          "atan", "atan2", "sinh", "cosh", "tanh", "cbrt", "hypot", "random", "fma");
  private static final Set<String> OUTSIDE_WORLD =
      Set.of(
          "java.lang.System",
          "java.lang.Thread",
          "java.lang.Runtime",
          "java.lang.Process",
          "java.lang.ProcessBuilder",
          "java.lang.ThreadLocal",
          "java.util.Random",
          "java.util.SplittableRandom",
          "java.util.UUID",
          "java.util.Timer",
          "java.util.Locale",
          "java.util.Date",
          "java.util.TimeZone",
          "java.util.Calendar",
          "java.security.SecureRandom");

  /** Every rule with its name, so that a test can show that each of them bites. */
  Map<String, ArchRule> all() {
    Map<String, ArchRule> rules = new LinkedHashMap<>();
    rules.putAll(layering());
    rules.put("core knows only the JDK's plain types", coreKnowsOnlyPlainTypes());
    rules.put("core has no clock, thread, chance or environment", coreHasNoOutsideWorld());
    rules.put("core has no hash-ordered collection", coreHasNoHashOrder());
    rules.put("core has no rounded mathematics", coreHasNoRoundedMathematics());
    rules.put("no floating point in the signatures of money", noFloatingPointInSignatures());
    rules.putAll(oneDoor());
    rules.put("nothing prints or ends the process by the way", noPrintingInLibraries());
    return rules;
  }

  private Map<String, ArchRule> layering() {
    Map<String, ArchRule> rules = new LinkedHashMap<>();
    layer(rules, "testkit");
    layer(rules, "contract");
    layer(rules, "eventlog");
    layer(rules, "core", "contract");
    layer(rules, "runtime", "contract", "core", "eventlog");
    layer(rules, "agent", "contract");
    layer(rules, "accounting", "contract", "eventlog");
    layer(
        rules,
        "simulator",
        "testkit",
        "contract",
        "core",
        "eventlog",
        "runtime",
        "agent",
        "accounting");
    layer(rules, "server", "contract", "core", "eventlog", "runtime", "accounting");
    return rules;
  }

  private void layer(Map<String, ArchRule> rules, String layer, String... below) {
    List<String> allowed = new ArrayList<>(List.of(root + "." + layer + ".."));
    for (String each : below) {
      allowed.add(root + "." + each + "..");
    }
    rules.put(
        layer + " knows nothing above it",
        noClasses()
            .that()
            .resideInAPackage(root + "." + layer + "..")
            .should()
            .dependOnClassesThat(
                resideInAPackage(root + "..")
                    .and(not(resideInAnyPackage(allowed.toArray(String[]::new)))))
            .allowEmptyShould(true));
  }

  private ArchRule coreKnowsOnlyPlainTypes() {
    return classes()
        .that()
        .resideInAPackage(root + ".core..")
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                    "java.lang",
                    "java.lang.invoke",
                    "java.lang.runtime",
                    "java.util",
                    "java.util.function",
                    "java.util.stream",
                    "java.util.regex",
                    "java.math",
                    "java.security",
                    "java.nio.charset",
                    root + ".core..",
                    root + ".contract..")
                .and(not(resideInAnyPackage(root + ".contract.codec..", root + ".contract.wire..")))
                .or(describe("primitives and arrays", HouseRules::isPlain)))
        .because("the same log must give the same state in every program and on every machine");
  }

  private static boolean isPlain(JavaClass type) {
    return type.getBaseComponentType().isPrimitive()
        || type.isArray() && !type.getBaseComponentType().getName().startsWith("com.");
  }

  private ArchRule coreHasNoOutsideWorld() {
    return noClasses()
        .that()
        .resideInAPackage(root + ".core..")
        .should()
        .accessTargetWhere(
            describe("clock, thread, chance or environment", HouseRules::isOutsideWorld))
        .because("time is an argument and nothing else comes from outside");
  }

  /** Copying an array is no outside world, though the method for it is in {@code System}. */
  private static boolean isOutsideWorld(JavaAccess<?> access) {
    return OUTSIDE_WORLD.contains(access.getTargetOwner().getName())
        && !access.getTarget().getFullName().startsWith("java.lang.System.arraycopy(");
  }

  private ArchRule coreHasNoHashOrder() {
    return noClasses()
        .that()
        .resideInAPackage(root + ".core..")
        .should()
        .callConstructorWhere(
            JavaCall.Predicates.target(
                describe(
                    "a hash-ordered collection",
                    target -> HASH_ORDERED.contains(target.getOwner().getName()))))
        .orShould()
        .callMethodWhere(
            JavaCall.Predicates.target(
                describe(
                    "a hash-ordered factory",
                    target ->
                        HASH_ORDERED_FACTORIES.contains(
                            target.getOwner().getName() + "." + target.getName()))))
        .because("their order differs from one start of the JVM to the next");
  }

  private ArchRule coreHasNoRoundedMathematics() {
    return noClasses()
        .that()
        .resideInAPackage(root + ".core..")
        .should()
        .callMethodWhere(
            JavaCall.Predicates.target(
                describe(
                    "mathematics whose last bit may differ",
                    target ->
                        target.getOwner().getName().equals("java.lang.Math")
                            && ROUNDED_MATH.contains(target.getName()))))
        .because(
            "Math may give another last bit on another machine; StrictMath or integers do not");
  }

  /** The packages in which money and usage are counted. */
  String[] moneyPackages() {
    return new String[] {
      root + ".core..",
      root + ".contract..",
      root + ".accounting.metering..",
      root + ".accounting.ledger..",
      root + ".accounting.usage..",
      root + ".accounting.statement..",
      root + ".accounting.sql.."
    };
  }

  private ArchRule noFloatingPointInSignatures() {
    return ArchRuleDefinition.noMembers()
        .that()
        .areDeclaredInClassesThat(
            resideInAnyPackage(moneyPackages())
                .and(not(resideInAPackage(root + ".contract.wire.."))))
        .should(
            com.tngtech.archunit.lang.conditions.ArchConditions.be(
                describe(
                    "of a floating-point type",
                    member ->
                        member instanceof JavaField field && isFloating(field.getRawType())
                            || member instanceof JavaMethod method
                                && (isFloating(method.getRawReturnType())
                                    || method.getRawParameterTypes().stream()
                                        .anyMatch(HouseRules::isFloating)))))
        .because("sums of doubles drift, and an auditor adds them up again");
  }

  private static boolean isFloating(JavaClass type) {
    return Set.of("double", "float", "java.lang.Double", "java.lang.Float")
        .contains(type.getBaseComponentType().getName());
  }

  private Map<String, ArchRule> oneDoor() {
    Map<String, ArchRule> rules = new LinkedHashMap<>();
    door(
        rules,
        "SQL",
        List.of("java.sql..", "javax.sql..", "org.postgresql..", "com.zaxxer..", "org.flywaydb.."),
        "accounting.sql",
        "accounting.database",
        "eventlog.postgres");
    door(rules, "JNA", List.of("com.sun.jna.."), "agent.jna");
    door(rules, "Vert.x", List.of("io.vertx.."), "server", "accounting.http");
    door(rules, "Hazelcast", List.of("com.hazelcast.."), "server.cluster");
    door(
        rules,
        "Forms",
        List.of("org.apache.pdfbox..", "org.apache.fontbox..", "org.dhatim.."),
        "accounting.export");
    door(rules, "Netty", List.of("io.netty.."), "server");
    door(
        rules,
        "Protocol Buffers",
        List.of("com.google.protobuf.."),
        "contract.codec",
        "contract.wire");
    return rules;
  }

  private void door(
      Map<String, ArchRule> rules, String name, List<String> library, String... doors) {
    String[] allowed = new String[doors.length];
    for (int i = 0; i < doors.length; i++) {
      allowed[i] = root + "." + doors[i] + "..";
    }
    DescribedPredicate<JavaClass> theLibrary = resideInAnyPackage(library.toArray(String[]::new));
    rules.put(
        name + " has one door",
        noClasses()
            .that(resideInAPackage(root + "..").and(not(resideInAnyPackage(allowed))))
            .should()
            .dependOnClassesThat(theLibrary));
  }

  private ArchRule noPrintingInLibraries() {
    return noClasses()
        .that()
        .resideInAnyPackage(
            root + ".core..", root + ".contract..", root + ".eventlog..", root + ".accounting..")
        .and(not(resideInAnyPackage(root + ".eventlog.tool..")))
        .should()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .because("a library reports to its caller; only programs print and end");
  }

  /** No cycles between the packages of one module. */
  ArchRule noCycles(String module) {
    return slices()
        .matching(root + "." + module + ".(*)..")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true);
  }
}
