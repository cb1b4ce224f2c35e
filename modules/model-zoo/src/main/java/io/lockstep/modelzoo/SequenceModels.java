package io.lockstep.modelzoo;

import io.lockstep.modelzoo.RowRecurrent.Cell;
import java.util.List;

/** Recurrent networks and transformers. */
final class SequenceModels {
    private static final String LSTM = "Hochreiter and Schmidhuber 1997, Long Short-Term Memory, with the forget gates of"
            + " Gers et al. 2000";

    private SequenceModels() {}

    static List<Model> all() {
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
                        "Cho et al. 2014, Learning Phrase Representations, section 2.3",
                        "Reads an image row by row: one layer of 128 units; the reset gate acts behind the product.",
                        new RowRecurrent(Cell.GRU, 1, 128, false)),
                new Model(
                        "simple-rnn",
                        "Elman 1990, Finding Structure in Time",
                        "Reads an image row by row: one layer of 128 units, tanh.",
                        new RowRecurrent(Cell.SIMPLE, 1, 128, false)));
    }
}
