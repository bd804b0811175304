package org.ftrun.systemtests;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;

/** The architecture's rules on the classes of all modules. */
@AnalyzeClasses(packages = "org.ftrun", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final List<String> MODULES =
      List.of(
          "eventlog",
          "tracer.libc",
          "shadow",
          "daemon.cli",
          "daemon.control",
          "demo.kit",
          "demo.irc",
          "demo.streaming",
          "benchmarks.paired");

  @ArchTest
  static final ArchRule layers =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("event-log")
          .definedBy("org.ftrun.eventlog..")
          .layer("syscall-tracer")
          .definedBy("org.ftrun.tracer..")
          .layer("tcp-shadow")
          .definedBy("org.ftrun.shadow..")
          .layer("daemon")
          .definedBy("org.ftrun.daemon..")
          .layer("demos")
          .definedBy("org.ftrun.demo..")
          .layer("benchmarks")
          .definedBy("org.ftrun.benchmarks..")
          .whereLayer("benchmarks")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("demos")
          .mayOnlyBeAccessedByLayers("benchmarks")
          .whereLayer("daemon")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("tcp-shadow")
          .mayOnlyBeAccessedByLayers("daemon")
          .whereLayer("syscall-tracer")
          .mayOnlyBeAccessedByLayers("daemon", "tcp-shadow")
          .whereLayer("event-log")
          .mayOnlyBeAccessedByLayers("syscall-tracer", "tcp-shadow", "daemon", "benchmarks");

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("org.ftrun.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule jnaIsInLibcOnly = onlyIn("com.sun.jna..", "org.ftrun.tracer.libc");

  @ArchTest static final ArchRule jnrIsInControlOnly = onlyIn("jnr..", "org.ftrun.daemon.control");

  @ArchTest static final ArchRule nettyIsInTheDemosOnly = onlyIn("io.netty..", "org.ftrun.demo..");

  @ArchTest
  static final ArchRule packagesAreNamedByPurpose =
      noClasses()
          .should()
          .resideInAnyPackage(
              "..util..",
              "..utils..",
              "..helper..",
              "..helpers..",
              "..common..",
              "..manager..",
              "..impl..");

  @ArchTest
  static final ArchRule classesAreNamedByRole =
      noClasses().should().haveNameMatching(".*(Utils?|Helpers?|Managers?|Impl)(\\$.*)?");

  /** SYS_USER_DISPATCH is a code of SIGSYS. */
  @ArchTest
  static final ArchRule systemCallNumbersAreInOnePlace =
      noFields().should().haveNameMatching("SYS_(?!USER_DISPATCH).*");

  @ArchTest
  static final ArchRule allModulesAreLookedAt =
      classes()
          .that()
          .haveSimpleName("package-info")
          .or()
          .areTopLevelClasses()
          .should(coverModules());

  private static ArchRule onlyIn(String used, String owner) {
    return noClasses()
        .that(not(resideInAPackage(owner)))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(used);
  }

  /** Guards the rules above against an empty class path, on which all of them would hold. */
  private static ArchCondition<JavaClass> coverModules() {
    return new ArchCondition<>("cover the modules") {
      private final java.util.Set<String> seen = new java.util.TreeSet<>();

      @Override
      public void check(JavaClass item, ConditionEvents events) {
        seen.add(item.getPackageName());
      }

      @Override
      public void finish(ConditionEvents events) {
        for (String module : MODULES) {
          String name = "org.ftrun." + module;
          if (seen.stream().noneMatch(found -> found.startsWith(name))) {
            events.add(SimpleConditionEvent.violated(name, name + " was not found"));
          }
        }
      }
    };
  }
}
