using System.Runtime.CompilerServices;
using System.Text;

namespace MIOpenDarts.Interop.Mpi;

/// <summary>
/// The processes that a launcher started, between MPI_Init_thread and MPI_Finalize. Level FUNNELED: every member must be called from the
/// thread that opened it.
/// </summary>
internal sealed unsafe class MpiWorld : IDisposable
{
    private readonly MpiFunctions mpi;
    private readonly MpiConstants constants;
    private readonly int thread = Environment.CurrentManagedThreadId;
    private List<int> neighbours = [];
    private bool closed;

    private MpiWorld(MpiLibrary library)
    {
        (mpi, constants) = (library.Functions, library.Constants);
        int already, provided, number;
        Check(mpi.MPI_Initialized(&already), nameof(mpi.MPI_Initialized));
        if (already != 0)
        {
            throw new InvalidOperationException("MPI was initialised in this process before; there can be one world only.");
        }
        Check(mpi.MPI_Init_thread(null, null, constants.Funneled, &provided), nameof(mpi.MPI_Init_thread));
        Check(mpi.MPI_Comm_set_errhandler(constants.World, constants.ErrorsReturn), nameof(mpi.MPI_Comm_set_errhandler));
        Check(mpi.MPI_Comm_rank(constants.World, &number), nameof(mpi.MPI_Comm_rank));
        Rank = number;
        Check(mpi.MPI_Comm_size(constants.World, &number), nameof(mpi.MPI_Comm_size));
        Size = number;
        ThreadsAllowed = provided >= constants.Funneled;
        var version = Text(mpi.MPI_Get_library_version, nameof(mpi.MPI_Get_library_version)).Split([',', '\n'], 2)[0];
        Library = $"{library.Name} ({version.Replace('\t', ' ').Trim()})";
        Node = Text(mpi.MPI_Get_processor_name, nameof(mpi.MPI_Get_processor_name));
    }

    /// <summary>Which of the processes this is.</summary>
    public int Rank { get; }

    /// <summary>How many there are.</summary>
    public int Size { get; }

    /// <summary>Name and version of the library.</summary>
    public string Library { get; }

    /// <summary>Name of the machine.</summary>
    public string Node { get; }

    /// <summary>Which of the processes on this machine this is.</summary>
    public int LocalRank => neighbours.IndexOf(Rank);

    /// <summary>Numbers of the processes on this machine, upwards.</summary>
    public IReadOnlyList<int> OnMachine => neighbours;

    private bool ThreadsAllowed { get; }

    /// <summary>Opens the library that fits the launcher, and joins the other processes.</summary>
    /// <exception cref="LauncherException">There is no such library, or it sees another number of processes than were started.</exception>
    /// <exception cref="MpiException">A call failed.</exception>
    public static MpiWorld Open(Launcher launcher)
    {
        var world = new MpiWorld(MpiLibrary.Open(launcher));
        try
        {
            if (!world.ThreadsAllowed)
            {
                throw new LauncherException(
                    $"{world.Library} does not allow other threads beside the one that calls it (MPI_THREAD_FUNNELED); "
                    + "take a build that does");
            }
            if (world.Size != launcher.Size)
            {
                throw new LauncherException(
                    $"{launcher.Name} started {launcher.Size} processes, but {world.Library} sees {world.Size}: they do not belong "
                    + "together, and each process would work alone; start with the launcher of this library, or under srun with its "
                    + "--mpi=");
            }
            world.neighbours = world.Neighbours();
            return world;
        }
        catch
        {
            world.Dispose();
            throw;
        }
    }

    /// <summary>The largest of all processes' numbers.</summary>
    public int Max(int value)
    {
        int largest;
        Check(
            mpi.MPI_Allreduce(Here(&value), &largest, 1, constants.Int, constants.Max, constants.World), nameof(mpi.MPI_Allreduce));
        return largest;
    }

    /// <summary>Spreads every process's part of <paramref name="data"/> to all others.</summary>
    /// <param name="data">All parts; this process's own is set.</param>
    /// <param name="counts">Elements of each part.</param>
    /// <param name="starts">Where each part begins.</param>
    public void AllGather<T>(Span<T> data, ReadOnlySpan<int> counts, ReadOnlySpan<int> starts)
        where T : unmanaged
    {
        Require(data.Length, counts, starts);
        fixed (T* at = data)
        fixed (int* count = counts, start = starts)
        {
            Check(
                mpi.MPI_Allgatherv((void*)constants.InPlace, 0, TypeOf<T>(), Here(at), count, start, TypeOf<T>(), constants.World),
                nameof(mpi.MPI_Allgatherv));
        }
    }

    /// <summary>
    /// Gives each process its part of <paramref name="src"/>, and takes this process's part of theirs into <paramref name="dst"/>.
    /// </summary>
    public void AllToAll<T>(
        ReadOnlySpan<T> src, ReadOnlySpan<int> srcCounts, ReadOnlySpan<int> srcStarts, Span<T> dst, ReadOnlySpan<int> dstCounts,
        ReadOnlySpan<int> dstStarts)
        where T : unmanaged
    {
        Require(src.Length, srcCounts, srcStarts);
        Require(dst.Length, dstCounts, dstStarts);
        fixed (T* from = src, to = dst)
        fixed (int* fromCount = srcCounts, fromStart = srcStarts, toCount = dstCounts, toStart = dstStarts)
        {
            Check(
                mpi.MPI_Alltoallv(
                    Here(from), fromCount, fromStart, TypeOf<T>(), to, toCount, toStart, TypeOf<T>(), constants.World),
                nameof(mpi.MPI_Alltoallv));
        }
    }

    /// <summary>Gives what one process has to all others.</summary>
    /// <param name="data">Read there, overwritten elsewhere; everywhere of one length.</param>
    /// <param name="root">The process that has it.</param>
    public void Broadcast<T>(Span<T> data, int root)
        where T : unmanaged
    {
        fixed (T* at = data)
        {
            Check(mpi.MPI_Bcast(Here(at), data.Length, TypeOf<T>(), root, constants.World), nameof(mpi.MPI_Bcast));
        }
    }

    /// <summary>Waits until every process has come here.</summary>
    public void Barrier()
    {
        _ = Here(null);
        Check(mpi.MPI_Barrier(constants.World), nameof(mpi.MPI_Barrier));
    }

    /// <summary>Ends all processes, with an exit code for the launcher; those that wait for this one would wait for ever.</summary>
    public void Abort(int code) => Check(mpi.MPI_Abort(constants.World, code), nameof(mpi.MPI_Abort));

    /// <summary>Leaves the other processes; waits for them to do the same.</summary>
    public void Dispose()
    {
        if (closed)
        {
            return;
        }
        closed = true;
        Check(mpi.MPI_Finalize(), nameof(mpi.MPI_Finalize));
    }

    private static void Require(int length, ReadOnlySpan<int> counts, ReadOnlySpan<int> starts)
    {
        for (var i = 0; i < counts.Length; i++)
        {
            if (starts[i] < 0 || counts[i] < 0 || starts[i] > length - counts[i])
            {
                throw new ArgumentException($"part {i} of {counts[i]} elements from {starts[i]} is outside of {length}", nameof(counts));
            }
        }
    }

    // What shares memory to MPI_Comm_split_type is each process alone with MPICH 5.0.2 in some containers.
    private List<int> Neighbours()
    {
        const string boot = "/proc/sys/kernel/random/boot_id";
        var keys = new long[Size];
        keys[Rank] = MachineKey.Of(File.Exists(boot) ? File.ReadAllText(boot) : "", Node);
        AllGather<long>(keys, [.. Enumerable.Repeat(1, Size)], [.. Enumerable.Range(0, Size)]);
        return MachineKey.SameAs(keys, Rank);
    }

    private nint TypeOf<T>() =>
        typeof(T) == typeof(byte) ? constants.Byte
        : typeof(T) == typeof(int) ? constants.Int
        : typeof(T) == typeof(long) ? constants.Long
        : typeof(T) == typeof(float) ? constants.Float
        : typeof(T) == typeof(double) ? constants.Double
        : throw new NotSupportedException($"MPI has no type for {typeof(T).Name} here.");

    private string Text(delegate* unmanaged<byte*, int*, int> call, string name)
    {
        var buffer = new byte[constants.LongestText];
        int length;
        fixed (byte* text = buffer)
        {
            Check(call(text, &length), name);
        }
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    private void* Here(void* data) => thread == Environment.CurrentManagedThreadId ? data : throw new InvalidOperationException(
        "MPI was initialised for one thread (MPI_THREAD_FUNNELED), and this is another.");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Check(int status, string call)
    {
        if (status != 0)
        {
            throw Failure(status, call);
        }
    }

    private MpiException Failure(int status, string call)
    {
        var buffer = new byte[constants.LongestText];
        int length;
        fixed (byte* text = buffer)
        {
            var known = mpi.MPI_Error_string(status, text, &length) == 0;
            return new MpiException(call, status, known ? Encoding.UTF8.GetString(buffer, 0, length).Trim() : "no text");
        }
    }
}
