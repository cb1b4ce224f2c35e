/**
 * From rows of a DataFrame to the columns of examples. On the driver a {@link io.lockstep.spark.frames.FrameRequest} says
 * which columns are what, and {@link io.lockstep.spark.frames.FrameColumns} checks that against the schema, finds out shapes and
 * classes, and travels to executors; there a {@link io.lockstep.spark.frames.RowReader} turns each row into numbers.
 *
 * <pre>
 *   a column of the frame                                   field of an example    what a RowReader hands out
 *   numbers, booleans; several together in their order      float32 (n)            float[n]
 *   VectorUDT, dense or sparse                              float32 (n)            float[n]
 *   arrays of numbers, nested ones too                      float32 (n), (t, n)    float[]
 *   Spark's image struct, PNG or JPEG in a binary column    float32 (c, h, w)      byte[], a byte a value: RGB, (c, h, w)
 *   a label that is a class: whole numbers, strings         int32 ()               int[1]
 *   a label that is a number or several                     float32 (n)            float[n]
 * </pre>
 *
 * <p>Nothing is guessed of a bad value: a null, a NaN, an array of another length or a picture of another size is a
 * {@link io.lockstep.spark.frames.UnfitFrameException} that names the column and the row.
 */
package io.lockstep.spark.frames;
