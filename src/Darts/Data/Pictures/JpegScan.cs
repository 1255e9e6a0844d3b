namespace MIOpenDarts.Darts.Data.Pictures;

/// <summary>
/// Walks the coded bytes of a scan up to the marker after it, and counts its restart intervals (ITU-T T.81, B.2.1 and E.1.4).
/// </summary>
internal static class JpegScan
{
    private const byte Fill = 0xFF;
    private const int Restarts = 8;

    /// <summary>Checks the coded bytes; null for sound ones.</summary>
    /// <param name="file">The file.</param>
    /// <param name="at">Where they begin; then where the marker after them stands, or the file ends.</param>
    /// <param name="intervals">How many restart intervals there should be.</param>
    public static PictureCheck? Check(ReadOnlySpan<byte> file, ref int at, long intervals)
    {
        var (start, found, restarts) = (at, 0L, 0);
        while (true)
        {
            var next = file[at..].IndexOf(Fill);
            at = next < 0 ? file.Length : at + next;
            var code = at;
            while (code < file.Length && file[code] == Fill) code++;
            var marker = code < file.Length ? file[code] : Fill;
            // A stuffed zero is a coded byte.
            if (marker == 0)
            {
                at = code + 1;
                continue;
            }

            // Nothing can be coded in no bytes; a restart marker after the last unit is in use.
            if (at > start) found++;
            if (marker is < 0xD0 or > 0xD7) break;
            if (marker - 0xD0 != restarts++ % Restarts) return Damaged("its restart markers are not in order");
            at = start = code + 1;
        }

        return at == file.Length || found >= intervals ? null : Damaged($"a scan has {found} of {intervals} restart intervals");
    }

    private static PictureCheck Damaged(string how) => new($"the JPEG data is damaged ({how}); fetch it again");
}
