package io.lockstep.modelzoo;

import io.lockstep.modelzoo.RowRecurrent.Cell;
import java.util.List;
import java.util.stream.Stream;

/** Recurrent networks and transformers. */
final class SequenceModels {
    private static final String LSTM =
            "Hochreiter and Schmidhuber 1997, Long Short-Term Memory, with the forget gates of" + " Gers et al. 2000";

    private static final String GRU = "Cho et al. 2014, Learning Phrase Representations, section 2.3";

    private static final String SIMPLE = "Elman 1990, Finding Structure in Time";

    private static final String BERT =
            "Devlin et al. 2019, BERT: Pre-training of Deep Bidirectional Transformers, section 3";

    /** Tiny Shakespeare's 65 characters, 64 at a time. */
    private static final ModelInput TEXT = new ModelInput(1, 64, 1, 65);

    private SequenceModels() {}

    static List<Model> all() {
        return Stream.of(rowByRow(), recurrentOnText(), transformers())
                .flatMap(List::stream)
                .toList();
    }

    /** Of images, whose rows are the time steps. */
    private static List<Model> rowByRow() {
        return List.of(
                new Model(
                        "lstm",
                        LSTM,
                        "Reads an image row by row: one layer of 128 units; its last state is classified.",
                        new RowRecurrent(Cell.LSTM, 1, 128, false)),
                new Model(
                        "lstm-2x256",
                        LSTM,
                        "Reads an image row by row: two layers of 256 units.",
                        new RowRecurrent(Cell.LSTM, 2, 256, false)),
                new Model(
                        "bilstm",
                        LSTM + "; in both directions, Schuster and Paliwal 1997",
                        "Reads an image row by row: a layer of 128 units in each direction, then one of 128 forward.",
                        new RowRecurrent(Cell.LSTM, 2, 128, true)),
                new Model(
                        "gru",
                        GRU,
                        "Reads an image row by row: one layer of 128 units; the reset gate acts behind the product.",
                        new RowRecurrent(Cell.GRU, 1, 128, false)),
                new Model(
                        "simple-rnn",
                        SIMPLE,
                        "Reads an image row by row: one layer of 128 units, tanh.",
                        new RowRecurrent(Cell.SIMPLE, 1, 128, false)));
    }

    private static List<Model> recurrentOnText() {
        return List.of(
                new Model(
                        "char-lstm",
                        "Graves 2013, Generating Sequences With Recurrent Neural Networks, section 3",
                        "A language model of characters: two layers of 256 units on an embedding of 64.",
                        TEXT,
                        new CharRecurrent(Cell.LSTM, 2, 256, 64)),
                new Model(
                        "char-gru",
                        GRU + "; as a language model Chung et al. 2015, Gated Feedback Recurrent Neural Networks",
                        "char-lstm with gated units; the reset gate acts behind the product.",
                        TEXT,
                        new CharRecurrent(Cell.GRU, 2, 256, 64)),
                new Model(
                        "char-rnn",
                        SIMPLE + "; as a language model Mikolov et al. 2010, Recurrent Neural Network Based Language"
                                + " Model",
                        "char-lstm with simple units, tanh.",
                        TEXT,
                        new CharRecurrent(Cell.SIMPLE, 2, 256, 64)));
    }

    private static List<Model> transformers() {
        return List.of(
                new Model(
                        "gpt",
                        "Radford et al. 2019, Language Models are Unsupervised Multitask Learners, section 2.3",
                        "A language model of characters: nanoGPT's configuration for a CPU, 4 blocks, 4 heads, width 128;"
                                + " the output has weights of its own.",
                        TEXT,
                        new Gpt(4, 4, 128)),
                new Model(
                        "gpt-6x384",
                        "Radford et al. 2019, Language Models are Unsupervised Multitask Learners, section 2.3",
                        "A language model of characters: nanoGPT's configuration for a GPU, 6 blocks, 6 heads, width 384;"
                                + " the output has weights of its own.",
                        new ModelInput(1, 256, 1, 65),
                        new Gpt(6, 6, 384)),
                new Model(
                        "bert",
                        BERT,
                        "Guesses hidden bytes of a text: 4 blocks, 4 heads, width 128, norm before each branch.",
                        new ModelInput(1, 128, 1, 256),
                        new Bert(4, 4, 128, Bert.Head.HIDDEN_BYTES)),
                new Model(
                        "bert-classifier",
                        BERT,
                        "The same body, the mean over all steps classified; init-from takes what bert has learned.",
                        new ModelInput(1, 128, 1, 9),
                        new Bert(4, 4, 128, Bert.Head.CLASSES)),
                new Model(
                        "transformer",
                        "Vaswani et al. 2017, Attention Is All You Need, section 3",
                        "Encoder and decoder of 2 layers, 4 heads and width 128; reads source and answer as one input.",
                        new ModelInput(1, 20, 1, 11),
                        new EncoderDecoder(2, 4, 128)),
                new Model(
                        "vit",
                        "Dosovitskiy et al. 2021, An Image is Worth 16x16 Words, section 3.1",
                        "Patches of 4x4, 6 blocks, 3 heads, width 192, class token.",
                        new VisionTransformer(4, 6, 3, 192)));
    }
}
