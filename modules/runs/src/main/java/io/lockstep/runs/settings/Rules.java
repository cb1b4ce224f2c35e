package io.lockstep.runs.settings;

import io.lockstep.collectives.Algorithm;
import io.lockstep.datasets.PictureChanges.Policy;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.catalog.DataCatalog;
import io.lockstep.datasets.images.encoded.EncodedPictureSource;
import io.lockstep.datasets.loading.Sampler;
import io.lockstep.datasets.text.MaskedText;
import io.lockstep.datasets.text.TextFile;
import io.lockstep.networks.layers.EngineLayer;
import io.lockstep.networks.layers.Gru;
import io.lockstep.runs.settings.Heeded.Rule;
import io.lockstep.runs.settings.Heeded.Unheeded;
import java.util.function.Predicate;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;

/** The conditions that {@link Settings} are heeded under, by what they ask of a run. */
final class Rules {
    private Rules() {}

    // Data

    static Rule pictures() {
        return foreign(
                RunFacts::hasNoPictures,
                run -> "is for pictures, and " + run.data().name() + " has none");
    }

    static Rule randAugment() {
        return foreign(
                run -> run.get(AugmentationSettings.AUTO_AUGMENT) != Policy.RANDAUGMENT,
                run -> "belongs to auto-augment = randaugment");
    }

    /** Not where they are left as they are, which texts are too. */
    static Rule mirroredPictures() {
        Rule pictures = pictures();
        return (setting, run) ->
                run.get(AugmentationSettings.FLIP).equals("true") ? pictures.unheeded(setting, run) : null;
    }

    static Rule sequences() {
        return foreign(
                run -> run.data() != null && run.data().hasPictures(),
                run -> "is for texts, sort and reverse; pictures have no steps");
    }

    static Rule textsWithoutLabels() {
        return foreign(
                run -> run.data() != null && !(run.data() instanceof TextFile) && !(run.data() instanceof MaskedText),
                run -> "is for texts without labels, and " + run.data().name() + " has labels");
    }

    static Rule folderOfPictures() {
        return foreign(
                run -> run.data() != null && !(run.data() instanceof EncodedPictureSource),
                run -> "is for folders of pictures by class and archives of pictures, and "
                        + run.data().name() + " is " + run.data().format());
    }

    /** Of which the changed colours are those of torchvision. */
    static Rule picturesInColourOrGrey() {
        Rule pictures = pictures();
        return (setting, run) -> {
            Unheeded none = pictures.unheeded(setting, run);
            if (none != null || run.data() == null) {
                return none;
            }
            int channels = run.data().shape().channels();
            return channels == 1 || channels == 3
                    ? null
                    : Unheeded.impossible("is for pictures of 1 or 3 channels, and those of "
                            + run.data().name() + " have " + channels);
        };
    }

    static Rule testSharesOfPictures() {
        Rule folders = foreign(
                run -> run.data() != null
                        && !(run.data() instanceof EncodedPictureSource)
                        && !TableSettings.isTable(run.get(DataSettings.DATA)),
                run -> "is for folders of pictures by class, archives of pictures and tables, and "
                        + run.data().name() + " is " + run.data().format());
        Rule without = foreign(
                run -> run.data() instanceof EncodedPictureSource folder && folder.hasTestPictures(),
                run -> "is for folders without test pictures, and " + run.data().name() + " has some of its own");
        return (setting, run) -> {
            Unheeded found = folders.unheeded(setting, run);
            return found != null ? found : without.unheeded(setting, run);
        };
    }

    static Rule shards() {
        return idle(
                run -> run.data() != null && !run.data().isSharded(),
                run -> "is for shards, and " + run.data().name() + " is "
                        + run.data().format());
    }

    static Rule tables() {
        return foreign(
                run -> run.data() != null && !TableSettings.isTable(run.get(DataSettings.DATA)),
                run -> "is for tables, such as parquet:PATH, and " + run.data().name() + " is "
                        + run.data().format());
    }

    static Rule publishedData() {
        return idle(
                run -> !DataCatalog.names().contains(run.get(DataSettings.DATA))
                        || DataCatalog.generated(run.get(DataSettings.DATA)),
                run -> "is where data sets are looked up that `data fetch` gets, and " + run.get(DataSettings.DATA)
                        + " is none");
    }

    static Unheeded fewerThanThereAre(RunFacts run, int asked, Split split) {
        return run.data() == null || run.data().examples(split) > asked
                ? null
                : Unheeded.idle("leaves none out: " + run.data().name() + " has "
                        + run.data().examples(split));
    }

    static Rule beginsWithAnother() {
        return foreign(
                run -> run.get(DistributionSettings.INIT_FROM).isEmpty(),
                run -> "is for init-from, and this run has none");
    }

    // Length of the run

    static Rule countedInEpochs() {
        return foreign(
                run -> run.get(DistributionSettings.STEPS) > 0,
                run -> "is ignored where steps is set, and this run has steps = " + run.get(DistributionSettings.STEPS)
                        + ": set one of them (steps = 0 counts in epochs)");
    }

    static Rule beforeTheEnd() {
        return idle(
                run -> run.data() != null && run.get(DistributionSettings.STOP_AFTER) >= steps(run),
                run -> "is no less than the run's " + steps(run) + " steps");
    }

    private static long steps(RunFacts run) {
        if (run.get(DistributionSettings.STEPS) > 0) {
            return run.get(DistributionSettings.STEPS);
        }
        int all = run.data().examples(Split.TRAIN);
        int limit = run.get(DataSettings.TRAIN_EXAMPLES);
        int examples = limit > 0 ? Math.min(limit, all) : all;
        return examples == 0
                ? 0
                : (long) run.get(DistributionSettings.EPOCHS)
                        * new Sampler(0, examples, run.get(DistributionSettings.GLOBAL_BATCH)).stepsPerEpoch();
    }

    // Network

    static Rule seedOfOnesOwn() {
        return idle(
                RunFacts::own,
                run -> "does not give the initial parameters, which come from the network's own seed"
                        + (run.network() == null
                                ? ""
                                : ", "
                                        + run.network()
                                                .configuration()
                                                .getDefaultConfiguration()
                                                .getSeed())
                        + "; order, augmentation and noise follow this one");
    }

    static Rule learns() {
        return foreign(
                run -> run.network() != null && run.network().baseRate().isEmpty(),
                run -> run.own()
                        ? "is for updaters with a learning rate, which the network's have not"
                        : run.filled("is for updaters with a learning rate, which UPDATER has not"));
    }

    /** DL4J takes 1 for the rate that such an updater lacks, and a usual decay would be the end of all weights. */
    static Rule decaysByRate() {
        return (setting, run) -> !run.own() && run.get(LearningSettings.UPDATER).equals("adadelta")
                ? Unheeded.impossible("is times the learning rate, which updater = adadelta has not")
                : null;
    }

    static Rule steppedSchedule() {
        return foreign(
                run -> !run.get(LearningSettings.SCHEDULE).equals("step"),
                run -> "belongs to schedule = step, this run has " + run.get(LearningSettings.SCHEDULE));
    }

    static Rule batchNorm() {
        return hasLayer(
                layer -> layer instanceof BatchNormalization, "is for networks with batch norm, and MODEL has none");
    }

    static Rule recurrent() {
        return hasLayer(
                layer -> layer instanceof Gru || layer instanceof BaseRecurrentLayer && !(layer instanceof EngineLayer),
                "is for recurrent networks, which MODEL is not");
    }

    private static Rule hasLayer(Predicate<Layer> kind, String why) {
        return foreign(run -> run.network() != null && !run.network().hasLayer(kind), run -> run.filled(why));
    }

    static Rule game() {
        return (setting, run) -> {
            if (run.network() != null && !run.isGame()) {
                return Unheeded.foreign(
                        "is for gan, cgan, dcgan, wgan and wgan-gp, this run has " + run.get(DataSettings.MODEL));
            }
            return run.own()
                    ? Unheeded.foreign("is for the zoo's games; one of your own has its rules in its Adversarial")
                    : null;
        };
    }

    static Rule discriminator() {
        return foreign(
                run -> run.isGame() && run.network().hasCritic(),
                run -> run.filled("is for discriminators, and MODEL has a critic, whose loss has no such choice"));
    }

    static Rule classifier() {
        return foreign(
                run -> run.isGame() && !run.get(FolderSettings.CHECKPOINT_BEST).equals("off"),
                run -> run.filled(
                        "is for networks that are tested, and none of MODEL's checkpoints is better than another"));
    }

    static Rule tested() {
        return foreign(
                RunFacts::isGame,
                run -> run.filled("is for networks that are tested, and no step of MODEL is better than another"));
    }

    /** Of two pictures one label each is mixed. */
    static Rule oneOfSeveralClasses() {
        return (setting, run) -> run.network() != null
                        && !run.isGame()
                        && (run.network().classes() == 1 || run.network().labelsOfExample() > 1)
                ? Unheeded.impossible("is for networks that choose one of several classes")
                : null;
    }

    // Communication

    static Rule several() {
        return idle(
                run -> run.get(DistributionSettings.WORKERS) == 1,
                run -> "is for what workers exchange, and there is one");
    }

    static Rule severalHosts() {
        return idle(
                run -> run.get(DistributionSettings.WORKERS) == 1
                        || run.onOneHost() && run.get(CommunicationSettings.TRANSPORT) == RankSettings.Transport.AUTO,
                run -> "is for what goes from host to host, and all workers are on this one");
    }

    static Rule sooner() {
        return idle(
                run -> run.get(CommunicationSettings.SILENCE).compareTo(run.get(CommunicationSettings.DEADLINE)) >= 0,
                run -> "is no shorter than deadline, which comes first");
    }

    static Rule chosenAlgorithm() {
        return foreign(
                run -> run.get(CommunicationSettings.ALL_REDUCE) != Algorithm.AUTO,
                run -> "is what all-reduce = auto rests on, this run has " + run.get(CommunicationSettings.ALL_REDUCE));
    }

    // Executors

    static Rule localExecutors() {
        return foreign(
                run -> run.conf() != null && !localCluster(run, run.get(ExecutorSettings.WORKER_MEMORY_MB) + "]"),
                run -> "is for the local cluster that bin/lockstep starts; here set spark.executor.memory");
    }

    private static boolean localCluster(RunFacts run, String end) {
        String master = run.conf().get("spark.master", "");
        return master.startsWith("local-cluster") && master.replace(" ", "").endsWith("," + end);
    }

    static Rule coresOfTasks() {
        return foreign(
                run -> run.conf() != null
                        && run.conf().getInt("spark.task.cpus", 1) != run.get(ExecutorSettings.WORKER_CORES),
                run -> "is taken by bin/lockstep when it starts an application, and this one has spark.task.cpus = "
                        + run.conf().getInt("spark.task.cpus", 1) + ": set that");
    }

    private interface Text {
        String of(RunFacts run);
    }

    private static Rule foreign(Predicate<RunFacts> condition, Text why) {
        return (setting, run) -> condition.test(run) ? Unheeded.foreign(why.of(run)) : null;
    }

    private static Rule idle(Predicate<RunFacts> condition, Text why) {
        return (setting, run) -> condition.test(run) ? Unheeded.idle(why.of(run)) : null;
    }
}
