package io.lockstep.modelzoo;

import io.lockstep.networks.weights.NameTable;
import java.util.List;

/** What other frameworks call the parameters of families of networks; the first table is the one that is written. */
final class WeightNames {
    private WeightNames() {}

    /** For ImageNet and for small images: stages of blocks of two or three convolutions. */
    static List<NameTable> residual() {
        String stage = "s(\\d+)b(\\d+)_";
        String block = "encoder.stages.{1-1}.layers.{2-1}";
        return List.of(
                NameTable.of("torchvision")
                        .layer("stem_conv", "conv1")
                        .layer("stem_norm", "bn1")
                        .layer(stage + "(\\d)_conv", "layer{1}.{2-1}.conv{3}")
                        .layer(stage + "(\\d)_norm", "layer{1}.{2-1}.bn{3}")
                        .layer(stage + "shortcut_conv", "layer{1}.{2-1}.downsample.0", "layer{1}.{2-1}.shortcut.0")
                        .layer(stage + "shortcut_norm", "layer{1}.{2-1}.downsample.1", "layer{1}.{2-1}.shortcut.1")
                        .layer("output", "fc", "linear"),
                NameTable.of("Hugging Face")
                        .layer("stem_conv", "resnet.embedder.embedder.convolution")
                        .layer("stem_norm", "resnet.embedder.embedder.normalization")
                        .layer(stage + "(\\d)_conv", "resnet." + block + ".layer.{3-1}.convolution")
                        .layer(stage + "(\\d)_norm", "resnet." + block + ".layer.{3-1}.normalization")
                        .layer(stage + "shortcut_conv", "resnet." + block + ".shortcut.convolution")
                        .layer(stage + "shortcut_norm", "resnet." + block + ".shortcut.normalization")
                        .layer("output", "classifier.1"));
    }

    /** GoogLeNet with batch norm. */
    static List<NameTable> inception() {
        NameTable table = NameTable.of("torchvision").layer("output", "fc").ignoring("aux[12]\\..*");
        String block = "i(\\d)([a-e])_";
        String module = "inception{1}{2}.";
        String[][] branches = {
            {"1", "branch1"},
            {"3a", "branch2.0"},
            {"3", "branch2.1"},
            {"5a", "branch3.0"},
            {"5", "branch3.1"},
            {"p", "branch4.1"},
        };
        table = table.layer("c(\\d)_conv", "conv{1}.conv").layer("c(\\d)_norm", "conv{1}.bn");
        for (String[] branch : branches) {
            table = table.layer(block + branch[0] + "_conv", module + branch[1] + ".conv")
                    .layer(block + branch[0] + "_norm", module + branch[1] + ".bn");
        }
        return List.of(table);
    }

    static List<NameTable> visionTransformer() {
        String torch = "encoder.layers.encoder_layer_{1-1}.";
        String face = "vit.encoder.layer.{1-1}.";
        String attention = face + "attention.attention.";
        return List.of(
                NameTable.of("torchvision")
                        .layer("patches", "conv_proj")
                        .behindOnes(2, "token", "c", "class_token")
                        .behindOnes(1, "positions", "P", "encoder.pos_embedding")
                        .layer("b(\\d+)_norm(\\d)", torch + "ln_{2}")
                        .parameter("b(\\d+)_attention", "Wqkv", torch + "self_attention.in_proj_weight")
                        .parameter("b(\\d+)_attention", "bqkv", torch + "self_attention.in_proj_bias")
                        .parameter("b(\\d+)_attention", "Wo", torch + "self_attention.out_proj.weight")
                        .parameter("b(\\d+)_attention", "bo", torch + "self_attention.out_proj.bias")
                        .layer("b(\\d+)_expand", torch + "mlp.0", torch + "mlp.linear_1")
                        .layer("b(\\d+)_contract", torch + "mlp.3", torch + "mlp.linear_2")
                        .layer("norm", "encoder.ln")
                        .layer("output", "heads.head"),
                NameTable.of("Hugging Face")
                        .layer("patches", "vit.embeddings.patch_embeddings.projection")
                        .behindOnes(2, "token", "c", "vit.embeddings.cls_token")
                        .behindOnes(1, "positions", "P", "vit.embeddings.position_embeddings")
                        .layer("b(\\d+)_norm1", face + "layernorm_before")
                        .layer("b(\\d+)_norm2", face + "layernorm_after")
                        .parameter("b(\\d+)_attention", "Wqkv", joined(attention, ".weight"))
                        .parameter("b(\\d+)_attention", "bqkv", joined(attention, ".bias"))
                        .parameter("b(\\d+)_attention", "Wo", face + "attention.output.dense.weight")
                        .parameter("b(\\d+)_attention", "bo", face + "attention.output.dense.bias")
                        .layer("b(\\d+)_expand", face + "intermediate.dense")
                        .layer("b(\\d+)_contract", face + "output.dense")
                        .layer("norm", "vit.layernorm")
                        .layer("output", "classifier")
                        .ignoring("pooler\\..*"));
    }

    /** Queries, keys and values lie behind one another here. */
    private static String joined(String module, String suffix) {
        return module + "query" + suffix + "+" + module + "key" + suffix + "+" + module + "value" + suffix;
    }

    /** GPT-2's weights are (inputs, outputs) in Hugging Face's file, as OpenAI had them, and (outputs, inputs) in nanoGPT's. */
    static List<NameTable> gpt() {
        return List.of(
                gpt(NameTable.of("Hugging Face").inputsFirst()),
                gpt(NameTable.of("nanoGPT").outputsFirst()));
    }

    /** @param blocks the table, set to the layout that weights of blocks have */
    private static NameTable gpt(NameTable blocks) {
        String block = "transformer.h.{1-1}.";
        return blocks.layer("b(\\d+)_norm(\\d)", block + "ln_{2}")
                .layer("b(\\d+)_expand", block + "mlp.c_fc")
                .layer("b(\\d+)_contract", block + "mlp.c_proj")
                .parameter("b(\\d+)_attention", "Wqkv", block + "attn.c_attn.weight")
                .parameter("b(\\d+)_attention", "bqkv", block + "attn.c_attn.bias")
                .parameter("b(\\d+)_attention", "Wo", block + "attn.c_proj.weight")
                .parameter("b(\\d+)_attention", "bo", block + "attn.c_proj.bias")
                .layer("norm", "transformer.ln_f")
                .places("positions", "P", "transformer.wpe.weight")
                .inputsFirst()
                .parameter("embedding", "W", "transformer.wte.weight")
                // the output's weights are the embedding's there, and only some files have them twice
                .outputsFirst()
                .parameter("output", "W", "lm_head.weight", "transformer.wte.weight")
                .ignoring("h\\.\\d+\\.attn\\.(bias|masked_bias)");
    }
}
