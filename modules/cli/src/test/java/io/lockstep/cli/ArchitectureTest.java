package io.lockstep.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.lockstep.datasets.loading.StepBatches;
import io.lockstep.engine.Backend;
import io.lockstep.runs.masters.MasterTraining;
import java.util.Map;
import java.util.stream.Collectors;

/** Who may know whom, where Maven's modules alone do not say it. */
@AnalyzeClasses(
        packages = "io.lockstep",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.WithoutTestJars.class})
class ArchitectureTest {
    /** Tests of all modules, which lie in folders in some builds and in jars in others. */
    static final class WithoutTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar") && !location.contains("/test-classes/");
        }
    }

    @ArchTest
    static final ArchRule whoRunsAGraphAsksBackendsForAPlan = noClasses()
            .that()
            .resideOutsideOfPackage("io.lockstep.engine..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.lockstep.engine.cpu..");

    /** Layers that DL4J lacks run in it by the reference's arithmetic, in double precision and without a plan. */
    @ArchTest
    static final ArchRule onlyLayersOfDl4jComputeByTheReference = noClasses()
            .that()
            .resideOutsideOfPackages("io.lockstep.engine..", "io.lockstep.networks.layers..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.lockstep.engine.reference..");

    @ArchTest
    static final ArchRule theEngineKnowsNoBackendOfItsOwn = noClasses()
            .that()
            .resideInAPackage("io.lockstep.engine")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.lockstep.engine.cpu..", "io.lockstep.engine.reference..");

    @ArchTest
    static final ArchRule backendsDoNotKnowEachOther = slices().matching("io.lockstep.engine.(*)..")
            .should()
            .notDependOnEachOther()
            .ignoreDependency(
                    resideInAnyPackage("io.lockstep.engine.cpu..", "io.lockstep.engine.reference.."),
                    resideInAnyPackage("io.lockstep.engine.operations"));

    /** Each room of the CPU's nodes shows the class that lists its nodes, and looks only at what all nodes are made of. */
    @ArchTest
    static final ArchRule roomsOfNodesDoNotKnowEachOther = slices().matching("io.lockstep.engine.cpu.(*)")
            .should()
            .notDependOnEachOther()
            .ignoreDependency(
                    resideInAnyPackage("io.lockstep.engine.cpu.*"),
                    resideInAnyPackage(
                            "io.lockstep.engine.cpu.node",
                            "io.lockstep.engine.cpu.program",
                            "io.lockstep.engine.cpu.onednn"));

    @ArchTest
    static final ArchRule roomsOfNodesShowTheirListAlone = classes()
            .that()
            .resideInAPackage("io.lockstep.engine.cpu.*")
            .and()
            .resideOutsideOfPackages(
                    "io.lockstep.engine.cpu.node", "io.lockstep.engine.cpu.program", "io.lockstep.engine.cpu.onednn")
            .and()
            .arePublic()
            .should()
            .haveSimpleNameEndingWith("Nodes");

    /** Backends are found by their names in files; what is thrown is for whoever catches it. */
    @ArchTest
    static final ArchRule roomsShowOnlyWhatOthersName = classes()
            .that()
            .resideInAnyPackage("io.lockstep.engine.cpu..", "io.lockstep.datasets.*", "io.lockstep.collectives.*")
            .and()
            .areTopLevelClasses()
            .and()
            .arePublic()
            .and()
            .areNotAssignableTo(Backend.class)
            .and()
            .areNotAssignableTo(Throwable.class)
            .should(beNamedInAnotherPackage());

    /** What DL4J's masters alone name, in a build without them. */
    private static boolean forMasters(JavaClass shown) {
        return shown.isEquivalentTo(StepBatches.class) && MasterTraining.find().isEmpty();
    }

    private static ArchCondition<JavaClass> beNamedInAnotherPackage() {
        return new ArchCondition<>("be named in another package") {
            @Override
            public void check(JavaClass shown, ConditionEvents events) {
                boolean named = forMasters(shown)
                        || shown.getDirectDependenciesToSelf().stream()
                                .anyMatch(use ->
                                        !use.getOriginClass().getPackageName().equals(shown.getPackageName()));
                if (!named) {
                    events.add(SimpleConditionEvent.violated(
                            shown, shown.getName() + " is named in no other package; it need not be public"));
                }
            }
        };
    }

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.lockstep.(**)").should().beFreeOfCycles();

    private static final int MOST_FILES_OF_A_PACKAGE = 30;

    @ArchTest
    static void noPackageHasMoreThanThirtyFiles(JavaClasses classes) {
        Map<String, Long> files = classes.stream()
                .filter(each -> each.isTopLevelClass() && !each.getSimpleName().equals("package-info"))
                .filter(each -> !each.getPackageName().endsWith(".jmh_generated"))
                .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));
        assertThat(files)
                .allSatisfy((name, count) ->
                        assertThat(count).as("files of %s", name).isLessThanOrEqualTo(MOST_FILES_OF_A_PACKAGE));
    }

    @ArchTest
    static final ArchRule whatTrainsWithoutANetworkNeedsTheJdkAlone = classes()
            .that()
            .resideInAnyPackage(
                    "io.lockstep.collectives..",
                    "io.lockstep.datasets..",
                    "io.lockstep.kernels..",
                    "io.lockstep.training..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "javax..", "jdk..", "sun.misc..", "io.lockstep..");

    /** {@code runs}, {@code spark-ml} and the benchmarks speak to DL4J too: two describe networks to it, the others race against it. */
    @ArchTest
    static final ArchRule whatIsNoNetworkKnowsNoDl4j = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.lockstep.engine..",
                    "io.lockstep.training..",
                    "io.lockstep.datasets..",
                    "io.lockstep.collectives..",
                    "io.lockstep.kernels..",
                    "io.lockstep.transport..",
                    "io.lockstep.spark..")
            .and()
            .resideOutsideOfPackage("io.lockstep.spark.ml..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.deeplearning4j..", "org.nd4j..");

    @ArchTest
    static final ArchRule theEngineAloneSpeaksToOneDnn = noClasses()
            .that()
            .resideOutsideOfPackage("io.lockstep.engine.cpu..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.bytedeco.dnnl..");

    @ArchTest
    static final ArchRule whatATrainingStepNeedsKnowsNoSpark = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.lockstep.engine..",
                    "io.lockstep.networks..",
                    "io.lockstep.modelzoo..",
                    "io.lockstep.training..",
                    "io.lockstep.datasets..",
                    "io.lockstep.collectives..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..");
}
