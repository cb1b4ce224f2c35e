package io.lockstep.training.checkpoint;

import io.lockstep.datasets.storage.LocalStorage;
import io.lockstep.datasets.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/** The local disk, where something happens before a file is created. */
public abstract class HookedStorage implements Storage {
    private final LocalStorage disk = new LocalStorage();

    protected abstract void creating(String path) throws IOException;

    @Override
    public OutputStream create(String path) throws IOException {
        creating(path);
        return disk.create(path);
    }

    @Override
    public InputStream open(String path) throws IOException {
        return disk.open(path);
    }

    @Override
    public boolean exists(String path) throws IOException {
        return disk.exists(path);
    }

    @Override
    public List<Entry> list(String path) throws IOException {
        return disk.list(path);
    }

    @Override
    public void delete(String path) throws IOException {
        disk.delete(path);
    }
}
