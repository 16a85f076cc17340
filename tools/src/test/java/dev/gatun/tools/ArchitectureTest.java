package dev.gatun.tools;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which module and which package may use which. */
@AnalyzeClasses(packages = "dev.gatun", importOptions = ArchitectureTest.WithoutTests.class)
class ArchitectureTest {
    /** Leaves out test classes, wherever a build puts them. */
    static final class WithoutTests implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/test/") && !location.contains("/test-classes/");
        }
    }

    @ArchTest
    static final ArchRule modulesDependInOneDirection = layeredArchitecture().consideringOnlyDependenciesInLayers()
            .layer("graph").definedBy("dev.gatun.graph..")
            .layer("simd").definedBy("dev.gatun.simd..")
            .optionalLayer("bindings").definedBy("dev.gatun.bindings..")
            .layer("runtime").definedBy("dev.gatun.runtime..")
            .layer("models").definedBy("dev.gatun.models..")
            .layer("tools").definedBy("dev.gatun.tools..")
            .whereLayer("tools").mayNotBeAccessedByAnyLayer()
            .whereLayer("models").mayOnlyBeAccessedByLayers("tools")
            .whereLayer("runtime").mayOnlyBeAccessedByLayers("models", "tools")
            .whereLayer("simd").mayOnlyBeAccessedByLayers("runtime")
            .whereLayer("bindings").mayOnlyBeAccessedByLayers("runtime");

    @ArchTest
    static final ArchRule theGraphKnowsNoDevice = noClasses().that().resideInAPackage("dev.gatun.graph..")
            .should().dependOnClassesThat().resideInAnyPackage(
                    "dev.gatun.simd..", "dev.gatun.bindings..", "dev.gatun.runtime..", "java.lang.foreign..", "jdk.incubator..");

    @ArchTest
    static final ArchRule incubatorCodeHasOneHome = noClasses().that().resideOutsideOfPackage("dev.gatun.simd..")
            .should().dependOnClassesThat().resideInAPackage("jdk.incubator..");

    @ArchTest
    static final ArchRule librariesPrintNothing = noClasses().that().resideOutsideOfPackages(
                    "dev.gatun.tools..", "dev.gatun.bench..", "dev.gatun.bindings.onednn") // the last is generated: a trace that is off
            .and().doNotHaveSimpleName("ModelMain") // a program: what java -jar runs
            .should(ACCESS_STANDARD_STREAMS);

    @ArchTest
    static final ArchRule nothingIsReadByJavaDeserialization = noClasses()
            .should().dependOnClassesThat().areAssignableTo(java.io.ObjectInputStream.class);

    @ArchTest
    static final ArchRule packagesOfTheModelsFormNoCycle = slices().matching("dev.gatun.models.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule packagesOfTheGraphFormNoCycle = slices().matching("dev.gatun.graph.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule packagesOfSimdFormNoCycle = slices().matching("dev.gatun.simd.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule packagesOfTheRuntimeFormNoCycle = slices().matching("dev.gatun.runtime.(*)..").should().beFreeOfCycles();
}
