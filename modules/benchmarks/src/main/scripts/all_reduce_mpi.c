/*
 * All-reduce over sizes with MPI: the comparison of `lockstep benchmark all-reduce`, with the same method and columns.
 * Built and run by compare-all-reduce.sh. usage: mpirun -n N all_reduce_mpi SECONDS BYTES...
 */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

static float value(int rank, long i) { return (float)((i + rank) % 7 - 3); }

static int by_time(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    int rank, ranks;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    double seconds = atof(argv[1]);
    for (int arg = 2; arg < argc; arg++) {
        long size = atol(argv[arg]), count = size / 4;
        float *vector = malloc(size);
        for (long i = 0; i < count; i++) vector[i] = value(rank, i);
        MPI_Allreduce(MPI_IN_PLACE, vector, (int)count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
        long wrong = 0, all_wrong;
        for (long i = 0; i < count; i++) {
            float expected = 0;
            for (int r = 0; r < ranks; r++) expected += value(r, i);
            wrong += vector[i] != expected;
        }
        MPI_Allreduce(&wrong, &all_wrong, 1, MPI_LONG, MPI_SUM, MPI_COMM_WORLD);
        for (long i = 0; i < count; i++) vector[i] = 0;

        double begin = MPI_Wtime(), elapsed = 0;
        int warmups = 0;
        while (elapsed < seconds / 2) {
            for (int i = 0; i < 5; i++)
                MPI_Allreduce(MPI_IN_PLACE, vector, (int)count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
            warmups += 5;
            elapsed = MPI_Wtime() - begin;
            MPI_Allreduce(MPI_IN_PLACE, &elapsed, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
        }
        double wanted = seconds / (elapsed / warmups);
        int rounds = wanted < 5 ? 5 : wanted > 20000 ? 20000 : (int)wanted;
        double *micros = malloc(rounds * sizeof(double));
        MPI_Barrier(MPI_COMM_WORLD);
        for (int i = 0; i < rounds; i++) {
            begin = MPI_Wtime();
            MPI_Allreduce(MPI_IN_PLACE, vector, (int)count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
            micros[i] = (MPI_Wtime() - begin) * 1e6;
        }
        qsort(micros, rounds, sizeof(double), by_time);
        if (rank == 0) {
            int at95 = rounds * 95 / 100 < rounds ? rounds * 95 / 100 : rounds - 1;
            double algbw = size / (micros[rounds / 2] * 1000);
            printf("%12ld %12ld %8s %6s %12.1f %12.1f %8.3f %8.3f %7ld\n", size, count, "float", "sum",
                   micros[rounds / 2], micros[at95], algbw, algbw * 2 * (ranks - 1) / ranks, all_wrong);
            fflush(stdout);
        }
        free(micros);
        free(vector);
    }
    MPI_Finalize();
    return 0;
}
