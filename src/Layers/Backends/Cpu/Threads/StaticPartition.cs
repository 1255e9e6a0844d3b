namespace MIOpenDarts.Layers.Backends.Cpu.Threads;

/// <summary>
/// Which items each thread of a team takes first: of every row of items its stretch, row after row. The items of a row stand for the images
/// of a batch in order, so that an image stays with one thread from operation to operation, and what is left of it in that thread's caches.
/// </summary>
/// <param name="items">Items of all rows.</param>
/// <param name="row">Items of a row.</param>
/// <param name="threads">Threads of the team.</param>
internal readonly struct StaticPartition(int items, int row, int threads)
{
    /// <summary>Items of a thread.</summary>
    public int Count(int thread) => Width(thread) * (items / row);

    /// <summary>Item <paramref name="number"/> of a thread.</summary>
    public int Item(int thread, int number)
    {
        var width = Width(thread);
        return number / width * row + First(thread) + number % width;
    }

    /// <summary>The item that follows another one in its share, or −1.</summary>
    public int After(int item)
    {
        var place = item % row;
        var owner = (int)(((long)(place + 1) * threads - 1) / row);
        if (place + 1 < First(owner + 1)) return item + 1;
        var next = item - place + row + First(owner);
        return next < items ? next : -1;
    }

    private int First(int thread) => (int)((long)thread * row / threads);

    private int Width(int thread) => First(thread + 1) - First(thread);
}
