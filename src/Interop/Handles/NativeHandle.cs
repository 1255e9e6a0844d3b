using System.Runtime.InteropServices;

namespace MIOpenDarts.Interop.Handles;

/// <summary>
/// Owner of one native object. Disposing twice is harmless, use after dispose throws <see cref="ObjectDisposedException"/> before anything
/// reaches C, a call in progress on another thread keeps the object alive, and nothing throws on the finaliser thread.
/// </summary>
public abstract class NativeHandle : SafeHandle
{
    private static long live;
    private static long failedReleases;

    private protected NativeHandle()
        : base(0, ownsHandle: true)
    {
    }

    /// <summary>How many native objects this process owns at the moment: a figure for leak tests.</summary>
    public static long LiveCount => Interlocked.Read(ref live);

    /// <summary>How many native objects could not be released since the process started: releasing never throws, it counts.</summary>
    public static long FailedReleaseCount => Interlocked.Read(ref failedReleases);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Takes ownership of an object that was just created.</summary>
    private protected void Own(nint value)
    {
        SetHandle(value);
        Interlocked.Increment(ref live);
    }

    /// <summary>Calls the library's destroy function and tells whether it succeeded.</summary>
    private protected abstract bool Destroy();

    /// <inheritdoc/>
    protected sealed override bool ReleaseHandle()
    {
        Interlocked.Decrement(ref live);
        bool released;
        try
        {
            released = Destroy();
        }
#pragma warning disable CA1031 // On the finaliser thread every exception ends the process.
        catch (Exception)
#pragma warning restore CA1031
        {
            released = false;
        }
        if (!released)
        {
            Interlocked.Increment(ref failedReleases);
        }
        return released;
    }
}
