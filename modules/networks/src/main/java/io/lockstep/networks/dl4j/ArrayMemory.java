package io.lockstep.networks.dl4j;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;

/** The memory of contiguous float32 arrays, without a copy. Valid as long as the array is. */
final class ArrayMemory {
    private ArrayMemory() {}

    /** From the array's first to its last byte, in native order. */
    static ByteBuffer bytes(INDArray array) {
        ByteBuffer all = array.data().pointer().asByteBuffer();
        int start = Math.toIntExact(array.offset() * Float.BYTES);
        int length = Math.toIntExact(array.length() * Float.BYTES);
        return all.slice(start, length).order(ByteOrder.nativeOrder());
    }

    /** The array itself where its elements lie side by side in C order, otherwise a copy that does. */
    static INDArray contiguous(INDArray array, ArrayType memory, LayerWorkspaceMgr workspaces) {
        return array.ordering() == 'c' && Shape.hasDefaultStridesForShape(array)
                ? array
                : workspaces.dup(memory, array, 'c');
    }

    static FloatBuffer floats(INDArray array) {
        return bytes(array).asFloatBuffer();
    }
}
